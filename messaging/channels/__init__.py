"""What differs from channel to channel: whom it reaches, what a text must be, what one person gets, what leaves."""
