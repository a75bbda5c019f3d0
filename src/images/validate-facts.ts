import { isMap } from '../compose/data';
import { API_SECTIONS } from './api-sections';
import type { Check, Checks } from './check';
import { HOST_ACCESS_KINDS } from './facts';

/** Fields of a template that a conflict can be about. */
const FIELDS = ['user', 'capabilities', 'no_new_privileges', 'read_only', 'egress', 'privileged', 'ports', 'variants', 'docker_socket'];

/** The optional fields of a template that state facts; `entries` checks conditional values, `sources` the names of sources. */
export function factChecks(check: Checks, entries: (value: Check) => Check, sources: Check): Record<string, Check> {
  const { bool, confidence, either, list, oneOf, pattern, record, sentence, some, test, text, version } = check;
  const variable = pattern(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, 'the name of a variable');
  const wildcard = pattern(/^[A-Za-z0-9_]*(?:\*[A-Za-z0-9_]*)?$/, 'the name of a variable');
  const command: Check = (value, path) => {
    some(test((v) => typeof v === 'string', 'a word'))(value, path);
    if (!Array.isArray(value)) return;
    oneOf(['CMD', 'CMD-SHELL'])(value[0], [...path, 0]);
    value.forEach((word, index) => {
      test((v) => typeof v !== 'string' || !/\blocalhost\b/i.test(v), '127.0.0.1, because localhost may be ::1')(word, [...path, index]);
    });
  };
  const met = record({}, { major: version, open: test((v) => v === true, 'true') });
  const healthcheck: Check = (value, path) => {
    record({}, { test: command, builtin: bool, needs: text, met, note: text })(value, path);
    test((v) => isMap(v) && (v.test !== undefined || v.builtin === true), 'a test, or a check that is built in')(value, path);
  };
  const pointer: Check = (value, path) => {
    const variables: Check = (map, at) => {
      for (const [name, setting] of Object.entries(isMap(map) ? map : {})) {
        variable(name, at);
        text(setting, [...at, name]);
      }
    };
    record({}, { flag: pattern(/^-(?:(?!HOST)\S)*HOST\S*$/, 'an argument with HOST in it'), env: variables, if: text, unless: some(text) })(
      value,
      path,
    );
    test((v) => isMap(v) && (v.flag === undefined) !== (v.env === undefined), 'either flag or env')(value, path);
  };
  const reading = record({ says: sentence, sources });
  const anchored = (kind: unknown) => kind === 'mount' || kind === 'device';
  const access: Check = (value, path) => {
    record({ kind: oneOf(HOST_ACCESS_KINDS), what: text, confidence, why: sentence, sources }, { optional: bool, read_only: bool })(
      value,
      path,
    );
    const { kind, what } = value as { kind: string; what: string };
    if (anchored(kind)) pattern(/^\/(\S*[^/\s])?$/, 'an absolute path without trailing slash')(what, [...path, 'what']);
  };
  return {
    healthcheck: entries(either((v) => (v === null ? () => undefined : healthcheck))),
    secrets: list(
      record(
        { env: wildcard, file: either((v) => (v === null ? () => undefined : wildcard)), confidence, sources },
        { instead: text, private: bool },
      ),
    ),
    docker_socket: entries(
      record(
        { need: oneOf(['needed', 'optional', 'none', 'proxy']) },
        { client: text, sections: some(oneOf(API_SECTIONS)), point: some(pointer) },
      ),
    ),
    socket_proxy: record({
      image: pattern(/^[^:@\s]+:[^:@\s]+$/, 'an image with a tag'),
      port: test((v) => Number.isInteger(v), 'a port'),
      on: some(oneOf(API_SECTIONS)),
      always: some(oneOf(API_SECTIONS)),
      service: test(isMap, 'a map'),
      uses: some(record({ word: text, what: text, sections: some(oneOf(API_SECTIONS)), sources })),
      sources,
    }),
    host_access: list(access),
    conflicts: list(record({ field: oneOf(FIELDS), followed: reading, rejected: some(reading), why: sentence })),
  };
}
