FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
# The install scripts are left out: the only one fetches a Node, and this image is one. The compiler is called
# by path for the same reason.
RUN npm ci --ignore-scripts
COPY test/lint/tsconfig.build.json test/lint/
COPY schemas schemas
COPY operators operators
COPY pipeline pipeline
RUN node node_modules/typescript/bin/tsc -p test/lint/tsconfig.build.json \
  && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY README.md LICENSE ./
COPY examples examples
USER node
EXPOSE 8080
# For the default http.port; a container with another one, or a command other than `run`, sets its own check.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:8080/healthz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process, so SIGTERM reaches it.
ENTRYPOINT ["node", "/app/dist/pipeline/main.js"]
CMD ["run"]
