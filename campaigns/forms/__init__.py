"""What people type about campaigns: its audience, what it says on each channel, and the number at the launch."""
