"""Work that is not lost: one journal a design, in the user's state folder."""
