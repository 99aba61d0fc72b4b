// Plants one small fault at a time in a contract and asks whether the unit tests notice.
//   node mutants.cjs FORGE [--only NAME] [--every N]     N: try every Nth fault only
// All faults of a contract are compiled at once: copies of it under other names would not be the contract that the others call, so each is
// built and tested in a copy of this folder, where only the changed file and the tests that name it compile again.
const fs = require('fs');
const path = require('path');
const { spawnSync, execSync } = require('child_process');

const forge = path.resolve(process.argv[2]);
const option = (name, otherwise) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? otherwise : process.argv[i + 1];
};
const root = path.resolve(__dirname, '../..');
const targets = {
  InferencePayment: 'test/unit/{InferencePayment,Session,Tokens}.t.sol',
  SessionQueue: 'test/unit/{SessionQueue,InferencePayment}.t.sol',
};

// [what to find, what to put there]; each occurrence is a fault of its own.
const operators = [
  [/ \+ /g, ' - '], [/ - /g, ' + '], [/ \* /g, ' + '],
  [/ < /g, ' <= '], [/ < /g, ' >= '], [/ > /g, ' >= '], [/ > /g, ' <= '], [/ <= /g, ' < '], [/ >= /g, ' > '],
  [/ == /g, ' != '], [/ != /g, ' == '], [/ && /g, ' || '], [/ \|\| /g, ' && '],
  [/ \+= /g, ' -= '], [/ -= /g, ' += '], [/(?<=[ (])\+\+(?=\w)/g, '--'], [/(?<=[ (])--(?=\w)/g, '++'],
  [/\btrue\b/g, 'false'], [/\bfalse\b/g, 'true'], [/ = 0;/g, ' = 1;'],
  [/if \((?!!)/g, 'if (true || '], [/if \((?!!)/g, 'if (false && '],
  [/^( +)(?:_\w+|_\w+\.\w+|delete [^;=]*)\([^;]*\);$|^( +)delete [^;]*;$/gm, '$1$2// removed'],
];

function faults(source) {
  const from = source.indexOf('constructor(');
  const found = [];
  for (const [pattern, replacement] of operators) {
    for (const m of source.matchAll(pattern)) {
      const line = source.slice(0, m.index).split('\n').length;
      const text = source.split('\n')[line - 1];
      if (m.index < from || /^\s*(\/\/|\*|emit|event|error|for \()/.test(text)) continue;
      const put = m[0].replace(new RegExp(pattern.source, pattern.flags.replace('g', '')), replacement);
      if (replacement.includes('||') || replacement.includes('&& ')) {
        if (replacement.startsWith('if') && !text.includes(') revert') && !text.trim().endsWith('{') && !/;\s*$/.test(text)) continue;
      }
      found.push({ line, text: text.trim(), change: `${m[0].trim()} → ${put.trim()}`, source: source.slice(0, m.index) + put + source.slice(m.index + m[0].length) });
    }
  }
  return found;
}

const work = fs.mkdtempSync(path.join(root, 'target', 'mutants-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
execSync(`mkdir -p ${work}/a/contracts && ln -s ${root}/../node_modules ${work}/a/node_modules && ln -s ${root}/../docs ${work}/a/docs`);
execSync(`cp -r ${root}/src ${root}/test ${root}/foundry.toml ${root}/solc ${root}/solc.cjs ${work}/a/contracts/`);
const place = path.join(work, 'a', 'contracts');
execSync(`rm -rf ${place}/test/invariant ${place}/test/gas ${place}/test/fuzz`);

let failed = false;
for (const [name, tests] of Object.entries(targets)) {
  if (option('--only', name) !== name) continue;
  const file = path.join(place, 'src', name + '.sol');
  const original = fs.readFileSync(file, 'utf8');
  const every = Number(option('--every', 1));
  const all = faults(original).filter((_, i) => i % every === 0);
  const result = { killed: 0, invalid: 0, survived: [] };
  const started = Date.now();
  all.forEach((fault, i) => {
    fs.writeFileSync(file, fault.source);
    const run = spawnSync(forge, ['test', '--threads', '2', '--match-path', tests, '--fail-fast'], { cwd: place, encoding: 'utf8', timeout: 300000 });
    const out = run.stdout + run.stderr;
    if (/Compiler run failed/.test(out)) result.invalid++;
    else if (run.status !== 0) result.killed++;
    else {
      result.survived.push(fault);
      console.log(`survived: ${name}.sol:${fault.line}: ${fault.change}    ${fault.text}`);
    }
    if (i % 20 === 19) console.log(`${name}: ${i + 1} of ${all.length}, ${Math.round((Date.now() - started) / 1000)} s`);
  });
  fs.writeFileSync(file, original);
  const valid = result.killed + result.survived.length;
  const share = (100 * result.killed) / valid;
  console.log(`${name}: ${result.killed} of ${valid} faults found (${share.toFixed(1)} %), ${result.invalid} did not compile`);
  if (share < 90) failed = true;
}
process.exit(failed ? 1 : 0);
