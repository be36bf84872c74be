"""What every run needs: the processes, their configuration, and clients that speak HTTP to them."""
