import { advise, parseReference } from '../../src/images';
import { matchImage } from '../../src/images/match';
import { service } from './service-factory';

describe('parseReference', () => {
  test.each([
    ['postgres', 'docker.io/library/postgres', 'latest'],
    ['postgres:16-alpine', 'docker.io/library/postgres', '16-alpine'],
    ['library/postgres:16', 'docker.io/library/postgres', '16'],
    ['docker.io/postgres', 'docker.io/library/postgres', 'latest'],
    ['index.docker.io/library/postgres:16', 'docker.io/library/postgres', '16'],
    ['registry-1.docker.io/library/postgres:16', 'docker.io/library/postgres', '16'],
    ['public.ecr.aws/docker/library/postgres:16', 'docker.io/library/postgres', '16'],
    ['public.ecr.aws/nginx/nginx:1', 'public.ecr.aws/nginx/nginx', '1'],
    ['mirror.gcr.io/library/postgres', 'docker.io/library/postgres', 'latest'],
    ['arm64v8/postgres:16', 'docker.io/library/postgres', '16'],
    ['ghcr.io/arm64v8/postgres:16', 'ghcr.io/arm64v8/postgres', '16'],
    ['acme/api:1', 'docker.io/acme/api', '1'],
    ['ghcr.io/acme/team/api', 'ghcr.io/acme/team/api', 'latest'],
    ['localhost/api', 'localhost/api', 'latest'],
    ['host:5000/api', 'host:5000/api', 'latest'],
    ['host:5000/api:2', 'host:5000/api', '2'],
    ['postgres:${TAG:-16-alpine}', 'docker.io/library/postgres', '16-alpine'],
    ['${IMAGE:-postgres:${TAG-16}}', 'docker.io/library/postgres', '16'],
  ])('%s is %s, tag %s', (image, name, tag) => {
    expect(parseReference(image)).toMatchObject({ name, tag, nameKnown: true, tagKnown: true });
  });

  test('a digest alone has no tag; with a tag both count', () => {
    expect(parseReference('postgres@sha256:abc')).toMatchObject({ tag: undefined, tagKnown: false, digest: 'sha256:abc' });
    expect(parseReference('postgres:16@sha256:abc')).toMatchObject({ tag: '16', tagKnown: true, digest: 'sha256:abc' });
  });

  test.each([
    ['postgres:${TAG}', '*'],
    ['postgres:$TAG', '*'],
    ['postgres:${TAG:?set it}', '*'],
    ['postgres:${TAG:+x}', '*'],
    ['postgres:${V}-alpine', '*-alpine'],
    ['postgres:16.${MINOR}', '16.*'],
  ])('%s leaves a part of the tag open: %s', (image, tag) => {
    expect(parseReference(image)).toMatchObject({ name: 'docker.io/library/postgres', nameKnown: true, tagKnown: false, tag });
  });

  test.each(['${IMAGE}', '${REGISTRY}/postgres:16', 'acme/${APP}', '$REGISTRY/library/postgres', ''])(
    '%s has no name to go by',
    (image) => {
      expect(parseReference(image).nameKnown).toBe(false);
    },
  );
});

describe('matchImage', () => {
  test.each([
    ['postgres:16', 'postgres', 'debian'],
    ['postgres:16-alpine', 'postgres', 'alpine'],
    ['postgres:16@sha256:abc', 'postgres', 'debian'],
    ['postgres:${V}-alpine', 'postgres', 'alpine'],
    ['postgres:${V}', 'postgres', undefined],
    ['postgres:${V}-bookworm', 'postgres', undefined],
    ['postgres@sha256:abc', 'postgres', undefined],
    ['pgvector/pgvector:pg16', 'postgres', 'debian'],
    ['postgis/postgis:16-3.4-alpine', 'postgres', 'alpine'],
    ['public.ecr.aws/docker/library/redis:7-alpine', 'redis', 'alpine'],
    ['mysql:${V}', 'mysql', 'official'],
    ['mariadb', 'mariadb', 'official'],
    ['nginxinc/nginx-unprivileged:stable', 'nginx-unprivileged', 'official'],
    ['php:8.3-fpm-alpine', 'php', 'fpm-alpine'],
    ['php:8.3-fpm', 'php', 'fpm'],
    ['php:8.3-apache', 'php', 'apache'],
    ['php:8.3', 'php', 'cli'],
    ['wordpress:6-php8.3-fpm-alpine', 'wordpress', 'fpm-alpine'],
    ['wordpress:cli', 'wordpress', 'cli'],
    ['wordpress', 'wordpress', 'apache'],
    ['nextcloud:30', 'nextcloud', 'apache'],
    ['haproxy:2.2', 'haproxy', 'old'],
    ['haproxy:3.0-alpine', 'haproxy', 'current'],
    ['haproxy:lts', 'haproxy', 'current'],
    ['haproxy', 'haproxy', 'current'],
    ['grafana/grafana:7.5.1', 'grafana', 'old'],
    ['grafana/grafana-oss:11.0.0', 'grafana', 'current'],
    ['lscr.io/linuxserver/sonarr:latest', 'linuxserver-any-user', 's6'],
    ['linuxserver/radarr', 'linuxserver-any-user', 's6'],
    ['ghcr.io/linuxserver/plex', 'linuxserver-any-user', 's6'],
    ['harbor.example.com/docker.io/library/postgres:16', 'postgres', 'debian'],
    ['harbor.example.com/dockerhub-proxy/postgres:16-alpine', 'postgres', 'alpine'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/grafana/grafana:11.0.0', 'grafana', 'current'],
    ['registry.example.com/grafana/grafana:11.0.0', 'grafana', 'current'],
    ['nexus.example.com:8443/quay.io/prometheuscommunity/postgres-exporter', 'postgres-exporter', 'official'],
    ['docker.m.daocloud.io/library/redis:7-alpine', 'redis', 'alpine'],
    ['docker.m.daocloud.io/mysql:8', 'mysql', 'official'],
    ['hub-mirror.c.163.com/library/nginx', 'nginx', 'official'],
    ['mirror.gcr.io/library/redis:7', 'redis', 'debian'],
    ['public.ecr.aws/docker/library/postgres:16-alpine', 'postgres', 'alpine'],
    ['123456789012.dkr.ecr.us-east-1.amazonaws.com/ecr-public/docker/library/nginx', 'nginx', 'official'],
    ['bitnamilegacy/postgresql:16', 'bitnami', 'official'],
    ['quay.io/bitnami/redis', 'bitnami', 'official'],
    ['lscr.io/linuxserver/sonarr', 'linuxserver-any-user', 's6'],
    ['registry.gitlab.com/acme/proxy/docker.io/library/nginx', 'nginx', 'official'],
    ['harbor.example.com/docker.io/neosmemo/memos:stable', 'memos', 'official'],
  ])('%s is %s, variant %s', (image, family, variant) => {
    const match = matchImage(image);
    expect([match?.template.family, match?.variant?.id]).toEqual([family, variant]);
  });

  test.each([
    'acme/postgres',
    'ghcr.io/x/redis',
    'registry.example.com/library/postgres',
    'registry.gitlab.com/library/postgres',
    'registry.gitlab.com/acme/redis',
    'registry.cn-hangzhou.aliyuncs.com/acme/redis',
    'bitnamisecure/redis',
    'cgr.dev/chainguard/nginx',
    'localhost:5000/postgres',
    'postgresql',
    'nginx/nginx-ingress',
    'nginx/unit',
    'acme/linuxserver',
    'lscr.io/linuxserver/team/app',
    '${REGISTRY}/postgres:16',
    '${IMAGE}',
  ])('%s has no template', (image) => {
    expect(matchImage(image)?.template.family).toBeUndefined();
  });

  test('of a copy nothing is more than a rule of thumb', () => {
    const { user, capabilities, noNewPrivileges, port } = advise(
      service({ image: 'harbor.example.com/docker.io/library/postgres:16', mounts: ['volume d:/var/lib/postgresql/data'] }),
    );
    expect([user, capabilities, noNewPrivileges, port(5432, 'tcp')].map((verdict) => verdict?.confidence)).toEqual(
      Array(4).fill('generic'),
    );
    expect(capabilities.evidence).toContainEqual(expect.objectContaining({ ref: 'docker.io/library/postgres' }));
  });

  test.each([
    ['bitnami/postgresql:16', 'bitnami'],
    ['bitnami/redis', 'bitnami'],
    ['quay.io/prometheuscommunity/postgres-exporter', 'postgres-exporter'],
    ['mongo-express', 'mongo-express'],
    ['redis/redis-stack', 'redis-stack'],
    ['mysql/mysql-server:8.0', 'mysql-server'],
  ])('%s is not the image whose name it resembles, but %s', (image, family) => {
    expect(matchImage(image)?.template.family).toBe(family);
  });

  test.each([
    ['postgres:16.4-alpine', [16, 4]],
    ['postgres:16', [16]],
    ['postgres:16.${MINOR}', [16]],
    ['postgres:1${MINOR}', undefined],
    ['postgres:latest', undefined],
    ['pgvector/pgvector:0.8.0-pg16', [16]],
  ])('the version of %s is %s', (image, version) => {
    expect(matchImage(image)?.version).toEqual(version);
  });
});
