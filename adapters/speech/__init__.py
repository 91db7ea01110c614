"""Speech engines: transcript and language of a sound file."""
