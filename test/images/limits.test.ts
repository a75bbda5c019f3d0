import { advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

const MIB = 2 ** 20;

function memory(options: ServiceOptions): number {
  return advise(service(options)).limits().memory.value / MIB;
}

test.each<[string, ServiceOptions, number]>([
  ['a data store', { image: 'postgres:16' }, 2048],
  ['a cache', { image: 'redis:7' }, 1024],
  ['an unknown image', { image: 'acme/api:1' }, 1024],
  ['twice the heap', { image: 'acme/api:1', command: ['java', '-Xmx3g', '-jar', 'app.jar'] }, 6144],
  ['a heap that is small', { image: 'acme/api:1', command: ['java', '-Xmx256m'] }, 1024],
  ['a heap in a variable', { image: 'acme/api:1', environment: { NODE_OPTIONS: '--max-old-space-size=1500' } }, 3072],
  ['a cache that is told its size', { image: 'redis:7', command: ['redis-server', '--maxmemory', '4gb'] }, 8192],
  ['buffers in pages', { image: 'postgres:16', command: ['postgres', '-c', 'shared_buffers=524288'] }, 8192],
  ['shared memory, which counts', { image: 'acme/api:1', keys: { shm_size: '1gb' } }, 2048],
  ['a little shared memory', { image: 'acme/api:1', keys: { shm_size: '64m' } }, 1024],
])('memory: %s', (_what, options, mebibytes) => {
  expect(memory(options)).toBe(mebibytes);
});

test('memory is never more than a guess', () => {
  expect(advise(service({ image: 'postgres:16' })).limits().memory.confidence).toBe('guess');
});

test.each<[string, ServiceOptions, number | undefined]>([
  ['an ordinary image', { image: 'nginx:1.27' }, 2048],
  ['a Java server', { image: 'elasticsearch:8.15.0' }, 4096],
  ['a Java command', { image: 'acme/api:1', command: ['java', '-jar', 'app.jar'] }, 4096],
  ['a heap in a variable', { image: 'acme/api:1', environment: { JAVA_OPTS: '-Xmx1g' } }, 4096],
  ['a browser', { image: 'selenium/standalone-chrome:4' }, 4096],
  ['javascript is not Java', { image: 'acme/javascript-app:1', environment: { JAVASCRIPT: '1' } }, 2048],
  ['a Windows container', { image: 'acme/app:1-nanoserver' }, undefined],
])('processes: %s', (_what, options, most) => {
  expect(advise(service(options)).limits().pids?.value).toBe(most);
});
