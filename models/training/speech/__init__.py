"""The demo speech model: a small Whisper for English, French and Spanish, trained on synthetic speech."""
