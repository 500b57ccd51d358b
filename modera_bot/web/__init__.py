"""The web role: health, pictures, Telegram's webhook and the HTTP contracts, over FastAPI."""
