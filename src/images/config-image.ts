import { cleanContainerPath } from '../compose/container-path';
import { evaluate } from '../compose/interpolate';
import type { Evaluated } from '../compose/types';
import type { ImageConfig } from './image-config';
import type { OwnImage } from './own-image';
import { noTells, readRun } from './run-tells';
import type { Evidence } from './types';

/** What a saved image configuration says of an image. Its files are not in it, so file capabilities may have been missed. */
export function imageFromConfig(config: ImageConfig): OwnImage {
  const evidence = (detail: string): Evidence => ({ kind: 'image-config', ref: config.ref, detail: detail.slice(0, 160) });
  const literal = (text: string): Evaluated => ({ ...evaluate(''), text, raw: text });
  const tells = noTells();
  for (const step of config.history) {
    const shell = buildStep(step);
    if (shell) readRun(shell, 1, tells, (_, detail) => evidence(detail));
  }
  const pairs = config.environment.map((each): [string, Evaluated] => {
    const at = each.indexOf('=');
    return at < 0 ? [each, literal('')] : [each.slice(0, at), literal(each.slice(at + 1))];
  });
  const { entrypoint, command, healthcheck } = config;
  return {
    source: 'image-config',
    tags: config.names,
    scratch: false,
    user: {
      value: literal(config.user === '' ? '0' : config.user),
      evidence: evidence(`User: ${config.user === '' ? 'root (not set)' : config.user}`),
    },
    accounts: tells.accounts,
    entrypoint: { value: entrypoint, evidence: evidence(`Entrypoint: ${JSON.stringify(entrypoint)}`) },
    command: { value: command, evidence: evidence(`Cmd: ${JSON.stringify(command)}`) },
    healthcheck: healthcheck && { value: { test: [...healthcheck] }, evidence: evidence(`Healthcheck: ${healthcheck.join(' ')}`) },
    environment: new Map(pairs),
    exposed: config.exposed.map((port) => ({
      value: port.includes('/') ? port : `${port}/tcp`,
      evidence: evidence(`ExposedPorts: ${port}`),
    })),
    volumes: config.volumes.map((volume) => ({ value: cleanContainerPath(volume), evidence: evidence(`Volumes: ${volume}`) })),
    workdir: config.workdir,
    fileCapabilities: tells.fileCapabilities,
    unseenFiles: 'the files of the image, which its configuration does not show',
    rootPrograms: tells.rootPrograms,
    setuid: tells.setuid,
    sudo: tells.sudo,
    givenAway: tells.givenAway,
    scripts: [],
    unknown: config.history.length > 0 ? [] : ['the build steps of the image are not in its configuration'],
  };
}

/** The shell line of a RUN in an image's history; what only changed the configuration is marked with `#(nop)`. */
function buildStep(createdBy: string): string | undefined {
  if (createdBy.includes('#(nop)')) return undefined;
  return /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/(?:ba|a)?sh -\w*c ([\s\S]*?)(?: # buildkit)?$/.exec(createdBy)?.[1];
}
