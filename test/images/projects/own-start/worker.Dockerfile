FROM node:22
COPY docker-entrypoint.sh worker.js /app/
WORKDIR /app
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node", "worker.js"]
