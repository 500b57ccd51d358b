# The bot with its body models; the settings come from the environment, see compose.yaml.
FROM python:3.11-slim

WORKDIR /srv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY modera_bot modera_bot
# redis is the queue on Valkey; add openai or gemini for hosted models
ARG EXTRAS=redis
RUN pip install --no-cache-dir -c constraints.txt ".[$EXTRAS]" \
 && modera-bot models pull \
 && useradd --system modera \
 && mkdir data \
 && chown modera data

USER modera
VOLUME /srv/data
EXPOSE 8080
CMD ["modera-bot", "run", "--roles", "bot,ml,web"]
