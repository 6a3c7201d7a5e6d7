"""Writing datasets: each row once, and the last good table kept until the new one is whole."""
