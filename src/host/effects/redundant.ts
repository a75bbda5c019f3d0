import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Data, Path } from '../../yaml/types';
import type { Settings } from '../settings';

/** What a Compose file says and the daemon says already. */
export interface Redundant {
  /** The daemon's setting. */
  setting: string;
  service: string;
  path: Path;
  /** What could be left out, as it is written. */
  what: string;
}

/** Lines that say what the daemon's settings make the default. They do no harm, and hold where the file is used on another host: nothing takes them out. */
export function redundantIn(project: ComposeProject, settings: Settings): Redundant[] {
  return project.services.flatMap((service) => [
    ...newPrivileges(service, settings),
    ...logging(service, settings),
    ...ulimits(service, settings),
  ]);
}

function newPrivileges(service: ComposeService, settings: Settings): Redundant[] {
  if (settings.value('no-new-privileges') !== true) return [];
  return service.securityOpt
    .filter(({ text }) => /^no-new-privileges(?:[:=]true)?$/.test(text))
    .map(({ text, path }) => ({ setting: 'no-new-privileges', service: service.name, path, what: `security_opt: ${text}` }));
}

function logging(service: ComposeService, settings: Settings): Redundant[] {
  const data = service.data('logging');
  if (!isMap(data)) return [];
  const driver = data.driver ?? 'json-file';
  const options = isMap(data.options) ? data.options : {};
  const theirs = settings.value('log-opts');
  const same =
    driver === (settings.value('log-driver') ?? 'json-file') &&
    Object.keys(options).length > 0 &&
    equal(options, isMap(theirs) ? theirs : {});
  return same ? [{ setting: 'log-opts', service: service.name, path: service.source('logging'), what: 'logging' }] : [];
}

function ulimits(service: ComposeService, settings: Settings): Redundant[] {
  const own = service.data('ulimits');
  const theirs = settings.value('default-ulimits');
  if (!isMap(own) || !isMap(theirs)) return [];
  return Object.entries(own).flatMap(([name, value]) => {
    const limit = theirs[name];
    const pair = isMap(value) ? [value.soft, value.hard] : [value, value];
    return isMap(limit) && pair[0] === limit.Soft && pair[1] === limit.Hard
      ? [{ setting: 'default-ulimits', service: service.name, path: [...service.source('ulimits'), name], what: `ulimits: ${name}` }]
      : [];
  });
}

function isMap(data: Data | undefined): data is { [key: string]: Data } {
  return data !== null && typeof data === 'object' && !Array.isArray(data);
}

function equal(a: { [key: string]: Data }, b: { [key: string]: Data }): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => String(a[name]) === String(b[name]));
}
