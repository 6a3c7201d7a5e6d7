"""What `just doctor` looks at on this machine, a line for each."""
