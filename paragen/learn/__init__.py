"""What a history teaches: standings, ratings, and what follows from them. All pure."""
