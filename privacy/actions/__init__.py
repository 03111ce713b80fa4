"""What happens to people who ask: erasing."""
