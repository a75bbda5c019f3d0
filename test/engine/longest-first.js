const Sequencer = require('@jest/test-sequencer').default;

/** Suites that take minutes, the longest first, so that none of them is left for the end; see --testSequencer. */
const LONG = ['stacks', 'rederive', 'traps', 'networks', 'killed'];

/** Two workers on an Engine are done soonest when the long suites begin. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG.findIndex((name) => path.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONG.length : at;
    };
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  }
};
