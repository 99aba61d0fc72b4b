// Plants one small fault at a time in the money's contracts and asks whether the unit tests notice.
//   node mutants.cjs FORGE [--only CONTRACT] [--every N]     every Nth fault only
// Every fault of a contract is compiled in at once, each behind a switch that an environment variable turns on: one compilation, then one run
// of the tests a fault. Faults are planted by the compiler's own syntax tree, so that what is changed is an expression and not a text.
const fs = require('fs');
const path = require('path');
const { spawnSync, execSync } = require('child_process');
const solc = require('solc');

const forge = path.resolve(process.argv[2]);
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = option('--only');
const every = Number(option('--every') || 1);
const root = path.resolve(__dirname, '../..');
const tests = {
  InferencePayment: 'test/unit/{InferencePayment,Session,SessionQueue,Tokens}.t.sol',
  SessionQueue: 'test/unit/{SessionQueue,InferencePayment}.t.sol',
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

/** The contract with every fault behind a switch, and what the faults are. */
function plant(name) {
  const source = fs.readFileSync(path.join(root, 'src', name + '.sol'));
  const faults = [];
  const text = (node) => {
    const [start, length] = node.src.split(':').map(Number);
    return source.subarray(start, start + length).toString();
  };
  const fault = (node, change) => {
    const line = source.subarray(0, Number(node.src.split(':')[0])).toString().split('\n').length;
    faults.push({ name, line, change: change.replace(/\s+/g, ' ') });
    return `_fault(${faults.length})`;
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
      const left = render(node.leftExpression);
      const right = render(node.rightExpression);
      let result = `(${left} ${node.operator} ${right})`;
      for (const other of replacements[node.operator]) {
        result = `(${fault(node, `${text(node)} with ${other}`)} ? (${text(node.leftExpression)} ${other} ${text(node.rightExpression)}) : ${result})`;
      }
      return result;
    }
    if (node.nodeType === 'IfStatement') {
      const condition = render(node.condition);
      const always = fault(node, `always: if (${text(node.condition)})`);
      const never = fault(node, `never: if (${text(node.condition)})`);
      const body = render(node.trueBody);
      const rest = node.falseBody ? (body.endsWith('}') ? body : body + ';') + ' else ' + render(node.falseBody) : body;
      return `if (${always} || (!${never} && (${condition}))) ${rest}`;
    }
    if (node.nodeType === 'ExpressionStatement' && !node.inHeader) {
      const e = node.expression;
      const other = { '+=': '-=', '-=': '+=' }[e.operator];
      if (e.nodeType === 'Assignment' && other) {
        const swapped = `${text(e.leftHandSide)} ${other} ${text(e.rightHandSide)}`;
        return `if (${fault(node, `${text(e)} with ${other}`)}) { ${swapped}; } else if (!${fault(node, `without ${text(e)}`)}) { ${out}; }`;
      }
      return `if (!${fault(node, `without ${text(e)}`)}) { ${out}; }`;
    }
    return out;
  };

  let out = '';
  let at = 0;
  const contract = syntaxTree(name).nodes.find((n) => n.nodeType === 'ContractDefinition');
  for (const f of contract.nodes) {
    if (f.nodeType !== 'FunctionDefinition' || f.kind === 'constructor' || f.stateMutability === 'pure' || !f.body) continue;
    const [s, l] = f.body.src.split(':').map(Number);
    out += source.subarray(at, s).toString() + render(f.body);
    at = s + l;
  }
  out += source.subarray(at).toString();
  const vm = '0x7109709ECfa91a80626fF3989D68f67F5b1DD12D';
  out += `
interface FaultSwitch { function envOr(string calldata, uint256) external view returns (uint256); }
function _fault(uint256 n) view returns (bool) { return FaultSwitch(${vm}).envOr("MYELIN_FAULT", uint256(0)) == n; }
`;
  return { out, faults };
}

fs.mkdirSync(path.join(root, 'target'), { recursive: true });
const work = fs.mkdtempSync(path.join(root, 'target', 'mutants-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));
const place = path.join(work, 'contracts');
execSync(`mkdir -p ${place} && ln -s ${root}/../node_modules ${work}/node_modules && ln -s ${root}/../docs ${work}/docs`);
execSync(`cp -r ${root}/src ${root}/test ${root}/foundry.toml ${root}/solc ${root}/solc.cjs ${place}/`);
execSync(`cd ${place}/test/unit && rm -f ValidatorRegistry.t.sol Pool.t.sol Subnets.t.sol Cognitive.t.sol Vectors.t.sol`);
// The pipeline that moves variables to memory when the stack is full, and as little else of the optimizer as it can do with.
fs.appendFileSync(path.join(place, 'foundry.toml'), `
[profile.default.optimizer_details]
yul = true
[profile.default.optimizer_details.yulDetails]
stackAllocation = true
optimizerSteps = "u"
`);
execSync(`rm -rf ${place}/test/invariant ${place}/test/gas ${place}/test/fuzz ${place}/test/mutation`);

function run(name, fault) {
  const args = ['test', '--threads', '2', '--match-path', tests[name], '--fail-fast', '--via-ir'];
  const env = { ...process.env, MYELIN_FAULT: String(fault), FOUNDRY_OPTIMIZER_RUNS: '1', FOUNDRY_CODE_SIZE_LIMIT: '1000000' };
  const result = spawnSync(forge, args, { cwd: place, encoding: 'utf8', env, timeout: 900000 });
  return { ok: result.status === 0, out: result.stdout + result.stderr };
}

let failed = false;
for (const name of targets) {
  const { out, faults } = plant(name);
  console.log(`${name}: ${faults.length} faults planted`);
  fs.writeFileSync(path.join(place, 'src', name + '.sol'), out);
  const sound = run(name, 0);
  if (!sound.ok) {
    fs.writeFileSync(path.join(root, 'target', `mutants-${name}.sol`), out);
    console.log(sound.out.slice(-4000));
    console.log(`${name}: with every fault off the tests do not pass`);
    process.exit(1);
  }
  const survived = [];
  let tried = 0;
  faults.forEach((fault, i) => {
    if (i % every !== 0) return;
    tried++;
    if (run(name, i + 1).ok) {
      survived.push(fault);
      console.log(`survived: ${name}.sol:${fault.line}: ${fault.change}`);
    }
  });
  const killed = tried - survived.length;
  const share = (100 * killed) / tried;
  console.log(`${name}: ${killed} of ${tried} faults found (${share.toFixed(1)} %)`);
  if (share < 90) failed = true;
  fs.copyFileSync(path.join(root, 'src', name + '.sol'), path.join(place, 'src', name + '.sol'));
}
process.exit(failed ? 1 : 0);
