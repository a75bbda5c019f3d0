import type { HostRule } from '../types';
import { manual, setting } from './make';

const DOCKERD = 'reference/cli/dockerd/';

/** Whether the daemon writes the rules of the firewall that its own settings need. */
const managesFirewall = ({ settings }: Parameters<HostRule['find']>[0]): boolean => settings.value('iptables') !== false;

export const icc: HostRule = {
  id: 'icc',
  title: 'Containers of the default bridge apart',
  summary: 'Sets `icc: false`, so that containers on the default bridge no longer reach each other.',
  severity: 'medium',
  controls: ['CIS 2.2'],
  takes: 'restart',
  *find(host) {
    if (host.settings.value('icc') === false || host.settings.value('bridge') === 'none') return;
    yield {
      path: ['icc'],
      message: 'containers on the default bridge can reach each other, whatever they publish',
      plan: 'keep containers on the default bridge apart',
      breaks:
        'containers with network_mode: bridge, or started without a network, that call each other by address; networks of Compose are not concerned',
      confidence: 'generic',
      evidence: [
        manual(
          `${DOCKERD}#daemon-configuration-file`,
          'icc is the communication between containers of the default bridge, and is on by default',
        ),
      ],
      ...(managesFirewall(host)
        ? { ops: setting(host, ['icc'], false) }
        : {
            refusal: {
              code: 'conflict',
              message:
                'it is done with iptables, which the daemon may not use here: dockerd does not start with both iptables: false and icc: false',
            },
          }),
    };
  },
};

export const iptables: HostRule = {
  id: 'iptables',
  title: 'Let the daemon write its firewall rules',
  summary: 'Reports `iptables: false`, which takes away the isolation of networks, and why it is no way to keep ports closed.',
  severity: 'high',
  controls: ['CIS 2.4'],
  takes: 'restart',
  *find(host) {
    if (host.settings.value('iptables') !== false) return;
    yield {
      path: ['iptables'],
      message: 'the daemon may not write firewall rules (iptables: false), so that its networks are not kept apart from each other',
      plan: 'let the daemon write its firewall rules, and keep ports closed by publishing them on 127.0.0.1 (batten fix --only ports)',
      breaks: 'rules of your own that did the same; ports that only a missing rule kept closed are open then',
      confidence: 'guess',
      evidence: [
        manual(
          'engine/network/packet-filtering-firewalls/#prevent-docker-from-manipulating-iptables',
          'setting iptables to false is not appropriate for most people: it is likely to break the networking of containers',
        ),
      ],
      ops: setting(host, ['iptables'], true),
    };
  },
};

export const userlandProxy: HostRule = {
  id: 'userland-proxy',
  title: 'Publish ports without a proxy',
  summary: 'Sets `userland-proxy: false`: published ports go through the firewall rules alone, not through a process of root.',
  severity: 'low',
  controls: ['CIS 2.16'],
  takes: 'restart',
  *find(host) {
    const { settings } = host;
    if (settings.value('userland-proxy') === false) return;
    yield {
      path: ['userland-proxy'],
      message: 'each published port has a process of its own that copies traffic, though firewall rules do the same',
      plan: 'publish ports by firewall rules alone',
      breaks: 'connections to a published port over [::1], and on hosts without hairpin NAT those of a container to its own published port',
      confidence: 'generic',
      evidence: [
        manual(`${DOCKERD}#daemon-configuration-file`, 'userland-proxy is on by default'),
        manual('engine/network/packet-filtering-firewalls/', 'published ports are redirected by rules of the firewall'),
      ],
      ...(managesFirewall(host)
        ? { ops: setting(host, ['userland-proxy'], false) }
        : {
            refusal: { code: 'conflict', message: 'the daemon may not write firewall rules here, so that only the proxy publishes ports' },
          }),
    };
  },
};

export const tls: HostRule = {
  id: 'tls',
  title: 'No API without client certificates',
  summary: 'Reports an API that listens on TCP and does not ask for a certificate: who reaches it is root of the host.',
  severity: 'critical',
  controls: ['CIS 2.7'],
  takes: 'restart',
  *find({ settings }) {
    if (settings.value('tlsverify') === true) return;
    for (const address of settings.list('hosts').filter((each) => /^tcp:/i.test(each))) {
      const loopback = /^tcp:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::|$)/i.test(address);
      const half = settings.value('tls') === true ? ' (tls encrypts, but lets everybody in)' : '';
      yield {
        path: ['hosts'],
        subject: address,
        severity: loopback ? 'high' : 'critical',
        message: loopback
          ? `every process of this host that may open a connection is root through the API at ${address}${half}`
          : `whoever reaches ${address} is root of this host: the API asks for no certificate${half}`,
        plan: 'listen on the socket alone, and reach the Engine by ssh (docker context create NAME --docker host=ssh://USER@HOST), or ask for certificates',
        breaks: 'clients that use the address',
        confidence: 'known',
        evidence: [
          manual('engine/security/protect-access/', 'the API is protected by SSH, or by TLS with tlsverify and certificates of clients'),
        ],
        refusal: {
          code: 'needs-decision',
          message: 'batten does not know who uses it, and makes no certificates',
          snippet:
            '"tlsverify": true,\n"tlscacert": "/etc/docker/ca.pem",\n"tlscert": "/etc/docker/server-cert.pem",\n"tlskey": "/etc/docker/server-key.pem"',
        },
      };
    }
  },
};

export const metrics: HostRule = {
  id: 'metrics',
  title: 'Metrics of the daemon on loopback',
  summary: 'Reports metrics of the daemon that are served on more than loopback.',
  severity: 'low',
  controls: ['OWASP D10'],
  takes: 'restart',
  *find({ settings }) {
    const address = settings.value('metrics-addr');
    if (typeof address !== 'string' || address === '' || /^(?:127\.|localhost:|\[::1\])/.test(address)) return;
    yield {
      path: ['metrics-addr'],
      message: `what runs on this host can be read by whoever reaches ${address}`,
      plan: 'serve the metrics on 127.0.0.1',
      breaks: 'a Prometheus on another machine',
      confidence: 'guess',
      evidence: [manual('engine/daemon/prometheus/', 'the metrics endpoint asks for no credentials')],
      refusal: { code: 'needs-decision', message: 'batten does not know who reads them', snippet: '"metrics-addr": "127.0.0.1:9323"' },
    };
  },
};

export const registries: HostRule = {
  id: 'registries',
  title: 'Images over TLS only',
  summary: 'Reports registries and mirrors that images are pulled from without a verified TLS connection.',
  severity: 'high',
  controls: ['CIS 2.5'],
  takes: 'reload',
  *find({ settings }) {
    for (const registry of settings.list('insecure-registries')) {
      // The Engine trusts these without being told.
      if (/^(?:127\.|localhost(?::|$)|\[?::1)/.test(registry)) continue;
      yield {
        path: ['insecure-registries'],
        subject: registry,
        message: `who is between here and ${registry} can put any image in the place of those that are pulled`,
        plan: `give ${registry} a certificate, whose authority is put into /etc/docker/certs.d/${registry}/ca.crt, and take it off the list`,
        breaks: 'pulls, until it has one',
        confidence: 'known',
        evidence: [manual('engine/security/certificates/', 'the authority of a registry is read from /etc/docker/certs.d')],
        refusal: { code: 'needs-decision', message: 'without a certificate nothing can be pulled from there any more' },
      };
    }
    for (const mirror of settings.list('registry-mirrors').filter((each) => /^http:/i.test(each))) {
      yield {
        path: ['registry-mirrors'],
        subject: mirror,
        severity: 'medium',
        message: `tags of Docker Hub are asked for at ${mirror}, whose answers nothing protects`,
        plan: 'use the mirror over https',
        breaks: 'pulls, when the mirror has no certificate',
        confidence: 'known',
        evidence: [manual('docker-hub/image-library/mirror/', 'a mirror answers for Docker Hub')],
        refusal: {
          code: 'needs-decision',
          message: 'batten does not know whether it speaks TLS; images that are pinned by digest cannot be replaced by it',
        },
      };
    }
  },
};
