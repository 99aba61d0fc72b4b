# Writes reference.json: what Hugging Face's tokenizer and ONNX Runtime make of the same files.
#   pip install onnxruntime tokenizers numpy
#   python make_reference.py FOLDER-WITH-THE-UNPACKED-JAR > reference.json
# Each text runs alone, without padding or truncation; then sentence-transformers' pooling:
# mean of the token vectors where the attention mask is 1, scaled to length 1.
import base64, json, os, random, sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import numpy, onnxruntime, tokenizers

folder = sys.argv[1]
tokenizer = tokenizers.Tokenizer.from_file(folder + "/all-minilm-l6-v2-q-tokenizer.json")
tokenizer.no_padding()
tokenizer.no_truncation()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(
    folder + "/all-minilm-l6-v2-q.onnx", options, providers=["CPUExecutionProvider"])

EMBEDDED = [
    "A man is eating food.",
    "A man is eating a piece of bread.",
    "The girl is carrying a baby.",
    "How do I reset my password?",
    "I forgot my login credentials and need to recover them.",
    "Naïve café: 漢字 and emoji 😀, price 1,234.56 €",
    "",
    "token " * 254,
]
TOKENIZED = [
    " \t\n", "a" * 100, "a" * 101, "[CLS] hi [SEP]", "[MASK]x[UNK][PAD]", "[cls]", "[MASK",
    "İstanbul ΣΊΣΥΦΟΣ ß ﬁ Ⅷ", "漢字かな交じり文 한국어 텍스트", "👩‍👩‍👧 🇫🇷 🧿", "a\0b", "\ufeffbom", "zero\u200bwidth",
    "nbsp\u00a0x\u2028line\u3000wide", "dash—and…“quotes”", "http://x.y/z?a=b&c", "Ａ ｆｕｌｌ", "e\u0301 combining",
    "กขค ไทย", "עברית عربى", "हिन्दी", "\u0085next", "don't can't I'm", "x²+y³≠½", "\ufffd", "𝒜𝓑𝒸", "\ue000private",
    "telecommunicationsinterdisciplinary unbelievably xqzjkv", "$5 + 50% = ^_^ `code` ~/dir {}|\\",
]
random.seed(7)
pieces = [piece.replace("##", "") for piece in sorted(tokenizer.get_vocab())]
for _ in range(150):
    TOKENIZED.append("".join(
        random.choice([random.choice(pieces), " ", chr(random.randint(32, 126)), chr(random.choice([
            random.randint(0x80, 0x24F), random.randint(0x370, 0x5FF), random.randint(0x2000, 0x206F),
            random.randint(0x4E00, 0x9FFF), random.randint(0x1F300, 0x1F64F), random.randint(0xAC00, 0xD7A3)]))])
        for _ in range(random.randint(1, 24))))


def vector(ids):
    tokens = numpy.array([ids], dtype=numpy.int64)
    mask = numpy.ones_like(tokens)
    states = session.run(None, {
        "input_ids": tokens, "attention_mask": mask, "token_type_ids": numpy.zeros_like(tokens)})[0][0]
    weight = mask[0][:, None].astype(numpy.float32)
    mean = (states * weight).sum(0) / numpy.maximum(weight.sum(0), 1e-9)
    unit = mean / max(numpy.linalg.norm(mean), 1e-12)
    return base64.b64encode(unit.astype("<f4").tobytes()).decode()


def ids(text):
    return tokenizer.encode(text).ids


def lines(entries):
    return "[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "]"


made_with = {"onnxruntime": onnxruntime.__version__, "tokenizers": tokenizers.__version__}
embedded = [{"text": text, "ids": ids(text), "vector": vector(ids(text))} for text in EMBEDDED]
tokenized = [{"text": text, "ids": ids(text)} for text in TOKENIZED]
print('{"made_with": %s,\n"embedded": %s,\n"tokenized": %s}' % (
    json.dumps(made_with), lines(embedded), lines(tokenized)))
