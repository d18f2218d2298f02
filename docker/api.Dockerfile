# One API process. Build from the repository's root: docker build -f docker/api.Dockerfile -t reelay-api .
FROM node:24-slim AS build
WORKDIR /src
COPY . .
# Installs what is missing, makes the Prisma client, and bundles (scripts/run.mjs).
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production STORE_DIRECTORY=/data/store
WORKDIR /app
# With STORE=local the store lies here: mount a volume that the workers share.
RUN mkdir /data && chown node:node /data
COPY --from=build /src/dist/package.json /src/dist/api.js /src/dist/create-api-key.js ./
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
ENTRYPOINT ["node", "api.js"]
