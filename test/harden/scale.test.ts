import { batten } from '../../src';
import { ComposeService } from '../../src/compose/service';

/** A project as large ones are: chains of dependencies, networks between neighbours or one for all, ports, volumes, anchors. */
function project(size: number, networks: 'own' | 'shared'): string {
  const images = ['nginx:1.26', 'postgres:16', 'redis:7', 'acme/app:1', 'traefik:v3', 'mariadb:11'];
  const services = Array.from({ length: size }, (_, index) =>
    [
      `  svc${index}:${index % 20 === 0 ? ` &base${index}` : ''}`,
      ...(index % 20 === 7 ? [`    <<: *base${index - 7}`] : []),
      `    image: ${images[index % images.length]}`,
      `    environment: { PEER: "http://svc${(index + 1) % size}:8080", DB_PASSWORD: s3cret${index}x }`,
      `    ports: ["${10_000 + index}:80"]`,
      `    volumes: ["vol${index}:/data", "./conf${index}:/etc/conf:ro"]`,
      ...(index > 0 ? [`    depends_on: [svc${index - 1}]`] : []),
      ...(networks === 'own' ? [`    networks: [net${index}, net${(index + 1) % size}]`] : []),
    ].join('\n'),
  );
  const top = (section: string, name: string): string =>
    `${section}:\n${Array.from({ length: size }, (_, index) => `  ${name}${index}: {}`).join('\n')}\n`;
  return `services:\n${services.join('\n')}\n${networks === 'own' ? top('networks', 'net') : ''}${top('volumes', 'vol')}`;
}

/** How often a key of a service is looked up. */
function reads(work: () => void): number {
  const spy = jest.spyOn(ComposeService.prototype as unknown as { locate(key: string): unknown }, 'locate');
  try {
    work();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

describe.each(['own', 'shared'] as const)('four times the services, with %s networks,', (networks) => {
  const [small, large] = [project(20, networks), project(80, networks)];

  test('are little more than four times the work to fix', () => {
    const fix = (text: string) => () => void batten.run({ path: 'compose.yaml', text }, { preset: 'strict', apply: true });
    expect(reads(fix(large)) / reads(fix(small))).toBeLessThan(5.5);
  });

  test('and to draw', () => {
    const draw = (text: string) => () => void batten.networks({ path: 'compose.yaml', text }, { preset: 'strict' });
    expect(reads(draw(large)) / reads(draw(small))).toBeLessThan(5.5);
  });
});

test('of very many connections between services it is told how many there are', () => {
  const { before } = batten.networks({ path: 'compose.yaml', text: project(160, 'shared') }, { preset: 'strict', confidence: 'guess' });
  expect(before.edges.every(({ from, to }) => !from.startsWith('service:') || !to.startsWith('service:'))).toBe(true);
  // Every pair, over their network and at the port of the other on both families of addresses.
  expect(before.edgesLeftOut).toBe(160 * 159 * 3);
  expect(before.pairs).toBe((160 * 159) / 2);
});
