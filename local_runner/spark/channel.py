"""The way to a server on this machine."""

from pyspark.sql.connect.client import DefaultChannelBuilder

from local_runner.spark.server import Server


class LoopbackChannel(DefaultChannelBuilder):
    """A channel that shows the server's token to nobody else."""

    def __init__(self, server: Server) -> None:
        # A proxy that the environment names must not see calls to this machine.
        super().__init__(f"sc://localhost:{server.port}", channelOptions=[("grpc.enable_http_proxy", 0)])
        self.set(self.PARAM_TOKEN, server.token)

    @property
    def endpoint(self) -> str:
        """The address: `localhost` may also be ::1, where another user can listen on a port of the same number."""
        return f"127.0.0.1:{self._port}"
