# One API process. Build from the repository's root: docker build -f docker/api.Dockerfile -t reelay-api .
# Both images build alike, from the same base: the second one takes this stage from the cache.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
# Installs what is missing, makes the Prisma client, and bundles (scripts/run.mjs).
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production STORE_DIRECTORY=/data/store
WORKDIR /app
# With STORE=local the store lies here: mount a volume that the workers share.
RUN mkdir /data && chown node:node /data
COPY --from=build /src/LICENSE /src/dist/package.json /src/dist/api.js /src/dist/create-api-key.js /src/dist/api.js.LEGAL.txt /src/dist/create-api-key.js.LEGAL.txt ./
COPY --from=build /src/dist/migrations ./migrations
COPY --from=build /src/dist/node_modules ./node_modules
COPY --from=build /src/dist/web ./web
USER node
VOLUME /data
EXPOSE 4000
# Alive, not ready: an API whose database is away must not be restarted for it. Load balancers ask /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# No shell and no npm between: SIGTERM reaches Node, which lets running requests end.
# Google's client warns when it looks for credentials where there is no network; our own sentence says what is missing.
ENTRYPOINT ["node", "--no-deprecation", "--disable-warning=MetadataLookupWarning", "api.js"]
