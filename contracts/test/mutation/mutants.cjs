// Plants one small fault at a time in the money's contracts and asks whether the unit tests notice.
//   node mutants.cjs FORGE [--only CONTRACT] [--every N | --faults 3,7] [--resume] [--list]
// --resume keeps the faults that an earlier run found, if the contracts are the same; --list only says what the faults are.
// All faults are in one program, each behind its own number, and the number of the block says which is there: so the contracts are compiled
// once, without the optimizer, and a fault costs only the tests that look for it. Neither contract asks for the number of a block.
const fs = require('fs');
const path = require('path');
const { spawn, spawnSync, execSync } = require('child_process');
const { createHash } = require('crypto');
const faults = require('./faults.cjs');

const forge = path.resolve(process.argv[2]);
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = option('--only');
const every = Number(option('--every') || 1);
const these = option('--faults')?.split(',').map(Number);
const workers = Number(process.env.MYELIN_FORGE_THREADS || 2);
const root = path.resolve(__dirname, '../..');
// The tests that are about a contract, and those that use it: tried when the first find nothing.
const tests = {
  InferencePayment: [['InferencePayment', 'Batch', 'Events'], ['Session', 'SessionQueue', 'Tokens']],
  SessionQueue: [['SessionQueue', 'Events'], ['InferencePayment', 'Batch', 'Session', 'Tokens']],
  'base/Appeals': [['Appeals'], ['Pool']],
  Cognitive: [['Cognitive'], ['Vectors']],
};
const targets = Object.keys(tests);
// A fault may let a test run on for ever; that is noticed too.
const SECONDS = 120;

const planted = faults.plant(root, targets);
const all = planted.faults;
const chosen = all
  .filter((f) => !only || f.contract === only)
  .filter((f, i) => (these ? these.includes(f.number) : i % every === 0));
if (process.argv.includes('--list')) {
  for (const f of chosen) console.log(`${f.number}: ${f.contract}.sol:${f.line}: ${f.change}`);
  process.exit(0);
}

// What earlier runs found, as long as the contracts are these.
const known = path.join(root, 'target', 'mutants.json');
const key = createHash('sha256').update(JSON.stringify(planted.sources)).digest('hex');
let verdicts = {};
if (process.argv.includes('--resume') && fs.existsSync(known)) {
  const before = JSON.parse(fs.readFileSync(known, 'utf8'));
  if (before.key === key) verdicts = before.verdicts;
}

fs.mkdirSync(path.join(root, 'target'), { recursive: true });
const work = fs.mkdtempSync(path.join(root, 'target', 'mutants-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
execSync(`ln -s ${root}/../node_modules ${work}/node_modules && ln -s ${root}/../docs ${work}/docs`);

/** A folder with the contracts, all faults in them, and the tests; each worker has one. */
function place(n) {
  return path.join(work, 'contracts' + n);
}
execSync(`mkdir ${place(0)} && cp -r ${root}/src ${root}/test ${root}/foundry.toml ${root}/solc ${root}/solc.cjs ${place(0)}/`);
execSync(`rm -rf ${place(0)}/test/invariant ${place(0)}/test/gas ${place(0)}/test/fuzz ${place(0)}/test/mutation`);
const used = new Set(targets.flatMap((name) => tests[name].flat()));
for (const file of fs.readdirSync(path.join(place(0), 'test/unit'))) {
  if (!used.has(file.replace('.t.sol', ''))) fs.rmSync(path.join(place(0), 'test/unit', file));
}
for (const name of targets) fs.writeFileSync(path.join(place(0), 'src', name + '.sol'), planted.sources[name]);

const env = {
  ...process.env,
  FOUNDRY_OPTIMIZER: 'false',
  FOUNDRY_CODE_SIZE_LIMIT: '1000000',
  FOUNDRY_FUZZ_RUNS: '32',
  // The tests deploy the contracts with the faults, not those built for the chain.
  MYELIN_BUILT_CONTRACTS: '',
};
function args(list) {
  return ['test', '--threads', '1', '--fail-fast', '--match-path', `test/unit/{${list.join(',')}}.t.sol`];
}

console.log(`mutants: ${all.length} faults, ${chosen.length} of them chosen; compiling`);
for (const name of targets) {
  for (const list of tests[name]) {
    const sound = spawnSync(forge, args(list), { cwd: place(0), encoding: 'utf8', env: { ...env, FOUNDRY_BLOCK_NUMBER: '1' } });
    if (sound.status !== 0) {
      console.log((sound.stdout + sound.stderr).slice(-6000) + `\n${name}: without a fault the tests do not pass`);
      process.exit(1);
    }
  }
}
// Forge asks for the compiler's version each time, and loading the compiler takes longer than most tests: from here on it is only told.
const version = execSync('./solc --version', { cwd: place(0), encoding: 'utf8' });
fs.writeFileSync(path.join(place(0), 'version'), version);
fs.writeFileSync(path.join(place(0), 'solc'), '#!/bin/sh\nexec cat "$(dirname "$0")/version"\n');
for (let n = 1; n < workers; n++) execSync(`cp -r ${place(0)} ${place(n)}`);

/** Whether a fault is found by these tests. */
function found(fault, list, n) {
  return new Promise((resolve) => {
    const child = spawn(forge, args(list), {
      cwd: place(n),
      env: { ...env, FOUNDRY_BLOCK_NUMBER: String(faults.FIRST_BLOCK + fault.number) },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SECONDS * 1000,
    });
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (out += text));
    child.on('close', (status) => {
      if (status !== 0 && status !== null && !/\[FAIL/.test(out)) {
        console.log(out.slice(-3000) + `\n${fault.number}: the tests did not run`);
        process.exit(1);
      }
      resolve(status !== 0);
    });
  });
}

async function tryAll(n, queue) {
  for (let fault = queue.shift(); fault; fault = queue.shift()) {
    let by = 'nothing';
    for (const [stage, list] of tests[fault.contract].entries()) {
      if (await found(fault, list, n)) {
        by = stage === 0 ? 'its own tests' : "others' tests";
        break;
      }
    }
    verdicts[fault.number] = by;
    if (by === 'nothing') console.log(`survived: ${fault.number}: ${fault.contract}.sol:${fault.line}: ${fault.change}`);
    fs.writeFileSync(known, JSON.stringify({ key, verdicts }));
  }
}

async function main() {
  const began = Date.now();
  const queue = chosen.filter((f) => (verdicts[f.number] || 'nothing') === 'nothing');
  const tried = queue.length;
  await Promise.all([...Array(workers).keys()].map((n) => tryAll(n, queue)));
  console.log(`mutants: ${tried} tried in ${Math.round((Date.now() - began) / 1000)} s`);
  let failed = false;
  for (const name of targets.filter((t) => !only || t === only)) {
    const mine = chosen.filter((f) => f.contract === name);
    if (mine.length === 0) continue;
    const count = (by) => mine.filter((f) => verdicts[f.number] === by).length;
    const lives = count('nothing');
    const share = (100 * (mine.length - lives)) / mine.length;
    console.log(
      `${name}: ${mine.length - lives} of ${mine.length} faults found (${share.toFixed(1)} %), ` +
        `${count("others' tests")} of them only by the tests of contracts that use it`,
    );
    if (share < 90) failed = true;
  }
  process.exit(failed ? 1 : 0);
}
main();
