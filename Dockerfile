# Parley's image: the assistant, and (by another command) its XMPP server. Build it in the repository's root.
FROM debian:bookworm-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*

# A user of its own, with the same number in every image, so that they can share volumes.
RUN useradd --uid 10001 --create-home --home-dir /home/parley parley \
 && install -d -o parley -g parley -m 700 /data /share

WORKDIR /opt/parley
# The environment first: it changes more rarely than the code.
COPY bootstrap.py system_packages.py requirements.lock requirements-server.lock ./
RUN UV_COMPILE_BYTECODE=1 python3 bootstrap.py image --extra server \
 && rm -rf /var/lib/apt/lists/* /root/.cache .tools

COPY . .
RUN .venv/bin/python -m compileall -q -x '/\.venv/' .

USER parley
ENV PATH="/opt/parley/.venv/bin:$PATH" PYTHONUNBUFFERED=1 HOME=/home/parley
# The person's data: to be kept in a volume.
VOLUME ["/data"]
ENTRYPOINT ["python"]
CMD ["launcher.py", "up", "--data", "/data"]
