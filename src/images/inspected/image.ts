import { cleanContainerPath } from '../../compose/container-path';
import { evaluate } from '../../compose/interpolate';
import type { Evaluated } from '../../compose/types';
import type { OwnImage } from '../own-image';
import type { Evidence } from '../types';
import { type InspectedImage, placeEvidence } from './places';

/** What an image that was looked into says of itself, as the rest of this room asks for it. */
export function imageFromFacts(image: InspectedImage, tags: readonly string[] = [image.name]): OwnImage {
  const { facts } = image;
  const { config, user, accounts } = facts;
  const literal = (text: string): Evaluated => ({ ...evaluate(''), text, raw: text });
  const evidence = (detail: string): Evidence => placeEvidence({ layer: facts.id, path: 'config' }, detail.slice(0, 160), image);
  const owner = user.uid === undefined ? user.written : user.gid === undefined ? `${user.uid}` : `${user.uid}:${user.gid}`;
  return {
    source: 'image-config',
    inspected: image,
    tags,
    scratch: false,
    user: {
      value: literal(config.user === '' ? '0' : owner),
      evidence: evidence(`User: ${config.user === '' ? 'root (not set)' : config.user}`),
    },
    accounts: new Map(
      accounts.map(({ name, uid, gid, at }) => [
        name,
        { value: { uid, gid }, evidence: placeEvidence(at, `${name} is ${uid}:${gid}`, image) },
      ]),
    ),
    entrypoint: { value: config.entrypoint, evidence: evidence(`Entrypoint: ${JSON.stringify(config.entrypoint)}`) },
    command: { value: config.command, evidence: evidence(`Cmd: ${JSON.stringify(config.command)}`) },
    healthcheck: config.healthcheck && {
      value: { test: [...config.healthcheck] },
      evidence: evidence(`Healthcheck: ${config.healthcheck.join(' ')}`),
    },
    environment: new Map(
      config.environment.map((each): [string, Evaluated] => {
        const at = each.indexOf('=');
        return at < 0 ? [each, literal('')] : [each.slice(0, at), literal(each.slice(at + 1))];
      }),
    ),
    exposed: config.exposed.map((port) => ({ value: port, evidence: evidence(`ExposedPorts: ${port}`) })),
    volumes: config.volumes.map((volume) => ({ value: cleanContainerPath(volume), evidence: evidence(`Volumes: ${volume}`) })),
    workdir: config.workdir,
    fileCapabilities: facts.fileCapabilities.map(({ at, permitted }) => ({
      value: permitted,
      evidence: placeEvidence(at, `has the file capabilities ${permitted.join(' ')}`, image),
      byHand: false,
    })),
    ...(facts.withoutFiles !== undefined && { unseenFiles: `the files of the image, which were not read: ${facts.withoutFiles}` }),
    rootPrograms: [],
    givenAway: [],
    scripts: [],
    unknown: facts.withoutFiles === undefined ? [] : [`the files of ${image.name} were not read: ${facts.withoutFiles}`],
  };
}
