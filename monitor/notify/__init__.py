"""What can send to one kind of channel."""
