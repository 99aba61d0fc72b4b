// Plants one small fault at a time in the money's contracts and asks whether the unit tests notice.
//   node mutants.cjs FORGE [--only CONTRACT] [--every N | --faults 3,7]     every Nth fault, or these
// Faults are planted by the compiler's own syntax tree, so that what is changed is an expression and not a text. Each is compiled without the
// optimizer, in a copy of this folder that holds only the tests of its contract.
const fs = require('fs');
const path = require('path');
const { spawnSync, execSync } = require('child_process');
const solc = require('solc');

const forge = path.resolve(process.argv[2]);
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = option('--only');
const every = Number(option('--every') || 1);
const these = option('--faults')?.split(',').map(Number);
const root = path.resolve(__dirname, '../..');
// The tests that are about a contract, and those that use it: tried when the first find nothing.
const tests = {
  InferencePayment: ['InferencePayment', 'Session', 'SessionQueue', 'Tokens'],
  SessionQueue: ['SessionQueue', 'InferencePayment'],
};
const targets = Object.keys(tests).filter((name) => !only || only === name);

const replacements = {
  '+': ['-'], '-': ['+'], '*': ['+'], '/': ['*'],
  '<': ['<=', '>='], '>': ['>=', '<='], '<=': ['<'], '>=': ['>'],
  '==': ['!='], '!=': ['=='], '&&': ['||'], '||': ['&&'],
};

function syntaxTree(name) {
  const file = `src/${name}.sol`;
  const read = (unit) => {
    const at = unit.startsWith('@') ? path.join(root, '../node_modules', unit) : path.join(root, unit);
    return { contents: fs.readFileSync(at, 'utf8') };
  };
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: fs.readFileSync(path.join(root, file), 'utf8') } },
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: read })).sources[file].ast;
}

/** The contract with one fault (from 1; 0 for none) planted, and what all of them are. */
function plant(name, chosen) {
  const source = fs.readFileSync(path.join(root, 'src', name + '.sol'));
  const faults = [];
  const text = (node) => {
    const [start, length] = node.src.split(':').map(Number);
    return source.subarray(start, start + length).toString();
  };
  const fault = (node, change) => {
    const line = source.subarray(0, Number(node.src.split(':')[0])).toString().split('\n').length;
    faults.push({ name, line, change: change.replace(/\s+/g, ' ') });
    return faults.length === chosen;
  };
  const children = (node) => {
    const found = [];
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof child === 'object' && child.nodeType && child.src) found.push(child);
      }
    }
    return found.sort((a, b) => Number(a.src.split(':')[0]) - Number(b.src.split(':')[0]));
  };
  /** A node's text with the faults below it planted. */
  const render = (node) => {
    if (node.nodeType === 'ForStatement') {
      for (const part of [node.loopExpression, node.initializationExpression]) if (part) part.inHeader = true;
    }
    const [start, length] = node.src.split(':').map(Number);
    let out = '';
    let at = start;
    for (const child of children(node)) {
      const [s, l] = child.src.split(':').map(Number);
      if (s < at) continue;
      const rendered = render(child);
      out += source.subarray(at, s).toString() + rendered;
      at = s + l;
      // A statement's source ends before its semicolon; one that became a block needs none.
      if (rendered.endsWith('}') && source[at] === 59) at++;
    }
    out += source.subarray(at, start + length).toString();
    return change(node, out);
  };
  const change = (node, out) => {
    if (node.nodeType === 'BinaryOperation' && replacements[node.operator] && !node.isConstant && !node.isPure) {
      for (const other of replacements[node.operator]) {
        if (fault(node, `${text(node)} with ${other}`)) {
          out = `(${text(node.leftExpression)} ${other} ${text(node.rightExpression)})`;
        }
      }
    }
    if (node.nodeType === 'IfStatement') {
      const rest = text(node).slice(text(node).indexOf(text(node.condition)) + text(node.condition).length);
      if (fault(node, `always: if (${text(node.condition)})`)) out = `if (true${rest}`;
      if (fault(node, `never: if (${text(node.condition)})`)) out = `if (false${rest}`;
    }
    if (node.nodeType === 'ExpressionStatement' && !node.inHeader) {
      const e = node.expression;
      const other = { '+=': '-=', '-=': '+=' }[e.operator];
      if (e.nodeType === 'Assignment' && other && fault(node, `${text(e)} with ${other}`)) {
        out = `${text(e.leftHandSide)} ${other} ${text(e.rightHandSide)}`;
      }
      if (fault(node, `without ${text(e)}`)) out = '{}';
    }
    return out;
  };

  let out = '';
  let at = 0;
  const contract = syntax[name].nodes.find((n) => n.nodeType === 'ContractDefinition');
  for (const f of contract.nodes) {
    if (f.nodeType !== 'FunctionDefinition' || f.kind === 'constructor' || f.stateMutability === 'pure' || !f.body) continue;
    const [s, l] = f.body.src.split(':').map(Number);
    out += source.subarray(at, s).toString() + render(f.body);
    at = s + l;
  }
  out += source.subarray(at).toString();
  return { out, faults };
}

fs.mkdirSync(path.join(root, 'target'), { recursive: true });
const work = fs.mkdtempSync(path.join(root, 'target', 'mutants-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
const place = path.join(work, 'contracts');
execSync(`mkdir -p ${place} && ln -s ${root}/../node_modules ${work}/node_modules && ln -s ${root}/../docs ${work}/docs`);
execSync(`cp -r ${root}/src ${root}/test ${root}/foundry.toml ${root}/solc ${root}/solc.cjs ${place}/`);
execSync(`rm -rf ${place}/test/invariant ${place}/test/gas ${place}/test/fuzz ${place}/test/mutation`);

function copyTests(list) {
  execSync(`rm -rf ${place}/test/unit && mkdir ${place}/test/unit`);
  for (const test of list) execSync(`cp ${root}/test/unit/${test}.t.sol ${place}/test/unit/`);
}

function run(name) {
  const args = ['test', '--threads', '2', '--fail-fast'];
  const env = { ...process.env, FOUNDRY_OPTIMIZER: 'false', FOUNDRY_CODE_SIZE_LIMIT: '1000000' };
  const result = spawnSync(forge, args, { cwd: place, encoding: 'utf8', env, timeout: 300000 });
  return { ok: result.status === 0, out: result.stdout + result.stderr };
}

const syntax = Object.fromEntries(targets.map((name) => [name, syntaxTree(name)]));
let failed = false;
for (const name of targets) {
  const file = path.join(place, 'src', name + '.sol');
  copyTests(tests[name]);
  const { faults } = plant(name, 0);
  console.log(`${name}: ${faults.length} faults`);
  const sound = run(name);
  if (!sound.ok) {
    console.log(sound.out.slice(-4000) + `\n${name}: without a fault the tests do not pass`);
    process.exit(1);
  }
  const count = { tried: 0, survived: 0, invalid: 0 };
  const chosen = faults.map((_, i) => i + 1).filter((n) => (these ? these.includes(n) : (n - 1) % every === 0));
  for (const n of chosen) {
    fs.writeFileSync(file, plant(name, n).out);
    copyTests(tests[name].slice(0, 1));
    let { ok, out } = run(name);
    if (ok) {
      copyTests(tests[name].slice(1));
      ({ ok, out } = run(name));
    }
    const { line, change } = faults[n - 1];
    if (/Compiler run failed/.test(out)) count.invalid++;
    else count.tried++;
    if (ok) {
      count.survived++;
      console.log(`survived: ${name}.sol:${line}: ${change}`);
    }
    if (process.env.MUTANTS_VERBOSE) console.log(`${n}: ${ok ? 'survived' : 'found'}: ${line}: ${change}`);
  }
  fs.copyFileSync(path.join(root, 'src', name + '.sol'), file);
  const found = count.tried - count.survived;
  const share = (100 * found) / count.tried;
  console.log(`${name}: ${found} of ${count.tried} faults found (${share.toFixed(1)} %); ${count.invalid} did not compile`);
  if (share < 90) failed = true;
}
process.exit(failed ? 1 : 0);
