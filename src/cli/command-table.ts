import type { CommandName } from './options';

/** One command: how it is called, what it does, and examples of it. */
export interface CommandRow {
  name: CommandName;
  args: string;
  summary: string;
  examples: readonly [command: string, meaning: string][];
}

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'fix',
    args: '[paths...]',
    summary: 'rewrite Compose files; on a terminal it asks, change by change',
    examples: [
      ['batten fix', 'go through the Compose file here, one question a change'],
      ['batten fix --diff', 'see all of it first; nothing is written'],
      ['batten fix --yes --confidence known', 'apply what there is evidence for'],
      ['batten fix --only cap-drop,read-only --service web', 'some of it'],
      ['batten fix -f compose.yaml -f compose.prod.yaml', 'two files that Compose merges: each value is changed where it is written'],
      ['batten fix - --yes < compose.yaml > hardened.yaml', 'as a filter'],
    ],
  },
  {
    name: 'patch',
    args: '[paths...]',
    summary: 'write the changes as a patch for review',
    examples: [
      ['batten patch > hardening.patch', 'then: git apply hardening.patch'],
      ['batten patch stacks/ -o hardening.patch', 'one patch for all Compose files below stacks/'],
    ],
  },
  {
    name: 'check',
    args: '[paths...]',
    summary: 'report what fix would do, and write nothing',
    examples: [
      ['batten check', 'exit 1 when there is something to do'],
      ['batten check -v', 'with the evidence'],
      ['batten check --format json stacks/', 'for programs'],
      ['batten check --format html stacks/ -o report.html', 'a page to look at: what is open, the networks drawn, before and after'],
    ],
  },
  {
    name: 'prove',
    args: '[paths...]',
    summary: 'run the project on your Docker Engine, as it is and hardened, and find the strictest settings that work',
    examples: [
      ['batten prove', 'beside what runs, on volumes of its own; nothing of yours is touched'],
      ["batten prove --probe web='curl -f http://localhost/'", 'with a command that has to work'],
      ['batten prove --format html -o proof.html', 'a report with before, after and logs'],
      ['batten prove --cleanup', 'after a crash: removes what trials left'],
    ],
  },
  {
    name: 'undo',
    args: '[file]',
    summary: 'take back the last run of fix, byte for byte',
    examples: [
      ['batten undo', 'all that the last run wrote which wrote something here or below'],
      ['batten undo --file compose.yaml', 'only what was done to the project of this file'],
      ['batten undo --list', 'what can be taken back'],
    ],
  },
  {
    name: 'migrate',
    args: '[paths...]',
    summary: 'say whose files have to become whose for services to run as another user than root, and change that',
    examples: [
      ['batten migrate', 'what would be done, as your Docker Engine has it; nothing is changed'],
      ['batten migrate --apply', 'stop the stack, change the owners, write user:, and start it again'],
      ['batten migrate --undo', 'take it back: every owner, and the Compose file'],
      ['batten migrate --service db --all', 'one service, with files that belong to others too'],
    ],
  },
  {
    name: 'graph',
    args: '[paths...]',
    summary: 'draw who can reach whom, before and after',
    examples: [
      ['batten graph --format html -o networks.html', 'a page with both, side by side'],
      ['batten graph', 'a Mermaid diagram of the networks as they are'],
      ['batten graph --format dot --show after | dot -Tpng', 'as fix would leave them, with Graphviz'],
      ['batten graph --check', 'exit 1 when a data store is exposed'],
    ],
  },
  {
    name: 'diff',
    args: '[revisions or paths...]',
    summary: 'say what privileges a change gives or takes, between two revisions of git, or two files or directories',
    examples: [
      ['batten diff main..HEAD', 'all Compose files below this directory: new ports, mounts, capabilities, users, …'],
      ['batten diff', 'what is not committed yet'],
      ['batten diff main...HEAD --fail-on high', 'since the branch left main; exit 1 when something high or worse is given'],
      ['batten diff v1.2..v1.3 --format markdown stacks/', 'some of it, for a comment or release notes'],
      ['batten diff old.yaml new.yaml --fail-on port,mount', 'two files; exit 1 for these kinds'],
    ],
  },
  {
    name: 'host',
    args: '',
    summary: "check the daemon's settings and the host's files, and mend the daemon's settings",
    examples: [
      ['batten host', 'what /etc/docker/daemon.json, systemd, the kernel and the Engine leave open'],
      ['batten host --fix', 'setting by setting: the diff, what could break, y or n; you restart the daemon'],
      ['batten host --fix --diff', 'see all of it first; nothing is written'],
      ['batten host --stacks stacks/', 'and which services break under userns-remap, rootless, icc and no-new-privileges'],
      ['batten host --root /mnt', 'a host that is mounted or copied there: its files only'],
      ['batten undo --file /etc/docker/daemon.json', 'take the last --fix back, byte for byte'],
    ],
  },
  {
    name: 'bench',
    args: '[paths...]',
    summary: 'the CIS Docker Benchmark as a table, before and after',
    examples: [
      ['batten bench', 'this host and the Compose file here, as they are and as batten leaves them'],
      ['batten bench stacks/ --root /mnt', 'another host, and all Compose files below stacks/'],
      ['batten bench --before a.log.json --after b.log.json', 'what docker-bench-security measured, before and after'],
      ['batten bench --format markdown -o benchmark.md', 'for an issue'],
    ],
  },
  {
    name: 'learn',
    args: '[services or paths...]',
    summary: 'run the project as it is on your Docker Engine, watch, and say which settings follow',
    examples: [
      ['batten learn', 'what each service writes, listens on, calls and uses, and the capabilities it takes'],
      ['batten learn --seccomp seccomp', 'and a seccomp profile of each service, which a run has proven'],
      ['batten learn db --probe \'db:write=psql -U app -c "..."\'', 'one service, with something to do'],
    ],
  },
  {
    name: 'explain',
    args: '<name...>',
    summary: 'explain a transform, an image, or one service',
    examples: [
      ['batten explain cap-drop', 'what a transform does, and when it breaks'],
      ['batten explain postgres:16', 'what is known about an image'],
      ['batten explain compose.yaml#db', 'one service, with the evidence'],
      ['batten explain acme/api:1 --inspect', 'what an image of your Engine says of itself: who runs, what it writes'],
      ['batten explain acme/api:1 --resolve', 'the same of an image in a registry; --image-config FILE for an archive'],
    ],
  },
  {
    name: 'lock',
    args: '[paths...]',
    summary: 'remember which images these are and what they do, for runs without Engine and network',
    examples: [
      ['batten lock --inspect', 'writes batten.lock.json from the images of your Engine'],
      ['batten lock --resolve', 'from their registries; --image-config FILE from an archive'],
      ['batten check --locked --resolve', 'exit 1 when a tag stands for another image than was locked'],
    ],
  },
  {
    name: 'list',
    args: '',
    summary: 'list the transforms',
    examples: [['batten list', 'with severity and the controls they answer']],
  },
  {
    name: 'import',
    args: '[what...]',
    summary: 'make a Compose file of docker run lines, or of containers that run',
    examples: [
      ['batten import docker run -d --name web -p 80:80 nginx', 'a line, as it is typed'],
      ['batten import notes.txt -o compose.yaml', 'all lines of a file; secrets go to .env'],
      ['xclip -o | batten import', 'from the clipboard'],
      ['batten import --from-engine web db -o compose.yaml', 'two containers of your Engine, as they are'],
    ],
  },
  {
    name: 'export',
    args: '<run|quadlet|kubernetes> [paths...]',
    summary: 'write services as docker run lines, Podman quadlets or Kubernetes manifests, and say what is lost',
    examples: [
      ['batten export run --service web', 'the line that starts one service'],
      ['batten export quadlet -o ~/.config/containers/systemd', 'units of systemd for Podman'],
      ['batten export kubernetes -o k8s', 'manifests, one file a service'],
      ['batten export kubernetes --strict > all.yaml', 'only when nothing is lost'],
    ],
  },
  {
    name: 'init',
    args: '',
    summary: 'write a commented .batten.yaml from what is here',
    examples: [['batten init', 'all of it is commented out: take the # of a line away']],
  },
  {
    name: 'lsp',
    args: '',
    summary: 'run a language server on standard input and output, for editors',
    examples: [['batten lsp', 'findings while typing, with their changes as code actions; docs/editors.md has the set-up']],
  },
  {
    name: 'completion',
    args: '<shell> [files...]',
    summary: 'print a completion script for bash, zsh or fish',
    examples: [
      ['eval "$(batten completion bash)"', 'in ~/.bashrc'],
      ['eval "$(batten completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['batten completion fish > ~/.config/fish/completions/batten.fish', 'once'],
    ],
  },
];
