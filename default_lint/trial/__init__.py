"""The short instrumented run of a user's script: started, measured, recorded."""
