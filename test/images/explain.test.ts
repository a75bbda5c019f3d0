import { compileTemplates, explainImage } from '../../src/images';
import { explainFacts } from '../../src/images/explain-facts';
import { DEMO } from './demo-template';

describe('explainImage', () => {
  test('a known image: family, variant, values with condition, reason, confidence and evidence', () => {
    const text = explainImage('postgres:16-alpine');
    expect(text).toContain('PostgreSQL (docker.io/library/postgres:16-alpine): family postgres, variant alpine, datastore');
    expect(text).toContain('Starts as root, then runs as 70:70.');
    expect(text).toContain('  70:70  (known, with its data in a volume or nothing mounted for its data)');
    expect(text).toContain('  CHOWN DAC_READ_SEARCH SETGID SETUID  (known, when it starts as root)');
    expect(text).toContain('yes, with a tmpfs at /tmp and /var/run/postgresql  (known)');
    expect(text).toContain('could break:');
    expect(text).toContain('https://github.com/docker-library/postgres/issues/907');
    expect(text).toContain('5432/tcp  datastore');
  });

  test('one of many images of a family: where that very one was read', () => {
    const text = explainImage('dockersamples/examplevotingapp_vote');
    expect(text).toContain('[image] dockersamples/example-voting-app@0400739 vote/Dockerfile');
    expect(text).not.toContain('{why}');
  });

  test('an image that is a user without a known number', () => {
    expect(explainImage('openzipkin/zipkin')).toContain('Starts as a user of its own that is not root.');
  });

  test('a tag that is not known', () => {
    expect(explainImage('postgres:${TAG}')).toContain('Which variant this tag is cannot be told.');
  });

  test('an unknown image: what is done instead', () => {
    const text = explainImage('acme/api');
    expect(text).toContain('docker.io/acme/api: no template');
    expect(text).toContain('CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID (generic)');
    expect(text).toContain('batten prove');
  });

  test.each(['', ':', '@', '${', 'a/b/c:d@e', '::::'])('says something about %p', (text) => {
    expect(explainImage(text)).toContain('rules of thumb');
  });
});

describe('explainFacts', () => {
  const [template] = compileTemplates([{ name: 'demo.yaml', text: DEMO }]);

  test('health check, secrets, socket, host access and conflicts, each with its sources', () => {
    const lines: string[] = [];
    explainFacts(lines, { template: template! }, (entries, title, show) => lines.push(title, ...entries.map((entry) => show(entry.value))));
    expect(lines).toEqual([
      'health check',
      'CMD demo ping  (needs the port of the page)',
      '',
      'secrets',
      '  DEMO_PASSWORD, or a file that DEMO_PASSWORD_FILE names  (known) [image]',
      'Docker socket',
      'optional, pointed at a proxy by DOCKER_HOST, asks for CONTAINERS',
      '',
      'host access that is its job',
      '  mount /proc  (known)',
      '      it reads the figures of the host [image]',
      '',
      'where sources disagree',
      '  capabilities: it needs CHOWN [image]',
      '      against: it needs nothing [thread]',
      '      the first is followed: with CHOWN it runs either way',
    ]);
  });
});
