# A Cordon worker. Node runs the TypeScript sources as they are; nothing is compiled.
FROM node:24.21.0-bookworm-slim

# The slim image has no certificate authorities, and the providers are reached over TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY workflows workflows
COPY activities activities
COPY worker worker
COPY client client
COPY simulators simulators
COPY playbooks playbooks
COPY policies policies

# The record, its keys, evidence and kept secrets: what to keep. And beside it, on a volume of its own that is not
# restored together with it, what the record has said of itself.
RUN mkdir /var/lib/cordon /var/lib/cordon-witness \
  && chown node:node /var/lib/cordon /var/lib/cordon-witness \
  && chmod 700 /var/lib/cordon /var/lib/cordon-witness
VOLUME /var/lib/cordon /var/lib/cordon-witness
ENV NODE_ENV=production \
  CORDON_STATE=/var/lib/cordon/cordon.db \
  CORDON_EVIDENCE=/var/lib/cordon/evidence \
  CORDON_RECORD_KEYS=/var/lib/cordon/keys/log.json \
  CORDON_RECORD_WITNESS_FILE=/var/lib/cordon-witness/checkpoints \
  CORDON_SECRETS_KEPT=/var/lib/cordon/secrets

USER node
ENTRYPOINT ["node", "client/main.ts"]
CMD ["worker"]
