"""Articles that speak to a machine: text that tells a language model what to do, or that hides what it says.

Such an article is never handed to a language model; the quote writer, which can obey nothing, still quotes it. The
whole article is left out, not the sentence alone: what the instruction asks for may stand beside it as if it were news.
The patterns are of phrases that tell a model to forget its task, to play a part, to answer in a certain way, to cite or
to link, in English, German, French, Spanish, Italian, Portuguese and Russian; of forged system tags and citations; of
characters that cannot be seen; and of encoded text. They are the first of three fences: what a model says all the same
must stand in other passages (:mod:`assistant.checking`), and no written sentence may hold a link.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from index import Article

_FORGET = (
    r"\b(?:ignore|disregard(?! for)|forget|override|bypass|discard)\b.{0,50}\b(?:instructions?|prompts?|rules?|guidelines?"
    r"|directions?|directives?|commands?|(?:previous|prior|other|above) (?:messages?|passages?|text|sources?|context))\b",
    r"\b(?:ignorier\w*|vergiss|vergesst|missachte\w*)\b.{0,50}\b(?:anweisung\w*|instruktion\w*|regeln?|vorgaben?|prompt)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?|ne (?:tiens|tenez) (?:pas|aucun) compte)\b.{0,50}\b(?:instructions?|consignes?|règles?"
    r"|directives?|prompt)\b",
    r"\b(?:ignor[aeo]n?|olvid[ae]n?|descart[ae]n?|dimentica|esqueça|esquece)\b.{0,50}\b(?:instrucciones|reglas|indicaciones"
    r"|órdenes|istruzioni|regole|instruções|regras|prompt)\b",
    r"\b(?:игнорируй\w*|забудь\w*|не обращай\w*)\b.{0,50}\b(?:инструкци\w*|указани\w*|правил\w*|команд\w*)",
)
_PART = (
    r"\byou(?: are|['’]re) (?:now|no longer)\b.{0,60}\b(?:ai|assistant|model|bot|mode|dan|rules?|limits|restrictions"
    r"|pirate|character|persona|editor|spokes\w+)\b",
    r"\b(?:from now on|henceforth),? (?:you|answer|respond|reply|always|only)\b",
    r"(?:^|\b(?:please|must|should|now) )(?:pretend|imagine) (?:to be|that you|you are)\b"
    r"|(?:^|\b(?:you(?: must| should| will)?|please|now) )act as (?:an? |if you)|\brole-?play as\b",
    r"\b(?:du bist|sie sind) (?:jetzt|nun|ab sofort|von nun an)\b|\b(?:ab|von) (?:jetzt|nun) an (?:bist|antworte)",
    r"\b(?:tu es|vous êtes) (?:maintenant|désormais|à présent)\b|\b(?:désormais|dorénavant),? (?:tu|vous) "
    r"|\bfais(?:-toi passer| comme si)\b|\bfaites (?:comme si|semblant)\b",
    r"\b(?:ahora|desde ahora|a partir de ahora),? (?:eres|responde|contesta|actúa)|\bactúa como\b|\bora sei\b|\bagora você é\b",
    r"\b(?:теперь ты|с этого момента ты|отныне ты|представь,? что ты|притворись)\b",
)
_MACHINES = (
    r"(?:ai|a\.i\.|ki|ia|ии|llms?|gpt\w*|chatbots?|chat-?bots?|чат-?бот\w*|language models?|sprachmodelle?"
    r"|modèles? de langage|modelos? de lenguaje|modelli? linguistic[oi]|modelos? de linguagem|языков\w+ модел\w+"
    r"|(?:ai|ki|virtual|helpful) assistants?|assistente?n?|assistants?|asistentes?|ассистент\w*|summari[sz]ers?)"
)
_TELLING = (
    r"(?:must|should|shall|are to|is to|need to|please|answer|respond|reply|say|state|write|output|print|report|repeat"
    r"|ignore|musst|müssen|sollst|sollen|antworte\w*|sag\w*|schreib\w*|gib|melde\w*|dois|devez|doit|réponds|répondez|dis|dites|écris|écrivez|affirme\w*|debes?|deben|responde\w*|diga|"
    r"escrib\w*|informa|devi|deve|rispondi|scrivi|ответь\w*|скажи\w*|напиши\w*|долж\w+|сообщи\w*)"
)
_ADDRESS = (
    rf"\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|notice to|hey|an (?:die|den|das|alle)|für|hinweis an|achtung"
    rf"|attention aux?|note (?:à|aux?)|aux?|nota para|atención|aviso (?:a|para)|attenzione|внимание)\b[\s,:]{{1,3}}(?:any |all |every |the |la |el |les? |l['’]|los |die |"
    rf"den |das |alle )?{_MACHINES}\b.{{0,80}}?(?:[:!]|\b{_TELLING}\b)",
    rf"(?:^|[.!?:—–-]\s*|\byou,? (?:the |are an? )?|\b(?:if you are|as) an? |\b(?:any|every|each|the) ){_MACHINES}\b(?: (?:reading|that reads?|which reads?|who reads?|processing|"
    rf"summari[sz]ing|lesen|liest|lisant|qui lit|que lea|que lee)\b.{{0,40}}?)?,?\s*[,:]?\s*\b{_TELLING}\b",
)
_ANSWER = (
    r"^(?:please |now |always |instead,? |then |you must |you should |when asked[^,]{0,60}, )*(?:answer|respond|reply|output|print"
    r"|append|repeat|say|conclude|claim)\b(?: (?:with|only|exactly|every|all|the (?:following|user|question"
    r"|word|sentence|link|phrase)|that|as|in (?:one|the style|english|capital)|this|nothing|simply|just|at the end|to every)\b|:? ?[“\"‘'«])"
    r"|^(?:state|add|write|include|mention)(?: that\b|:? ?[“\"‘'«]| the (?:word|sentence|link|phrase)\b| this\b)",
    r"\b(?:tell|inform|ask|convince|warn|send|direct) (?:the|all|every|your) (?:users?|readers? that)\b|\bthe user['’]s\b",
    r"\b(?:your|the system|system|hidden|secret|initial) (?:prompts?|instructions?)\b"
    r"|\byour (?:guidelines|training)\b|\byour (?:answer|reply|response|summary)s? (?:must|should|has to|shall|with|ends?)\b",
    r"^(?:bitte |jetzt |stattdessen |immer )*(?:antworte|antworten sie|sage|sag|sagen sie|schreibe?|schreiben sie|gib|geben sie"
    r"|behaupte|wiederhole|nenne|füge)\b",
    r"^(?:veuillez |maintenant |toujours )*(?:réponds|répondez|répondre|dis|dites|écris|écrivez|répète|répétez|affirmez|ajoutez?)\b",
    r"^(?:por favor,? |ahora |siempre )*(?:responde|responda|contesta|di que|diga|escribe|escriba|repite|repita|añade)\b",
    r"^(?:rispondi|scrivi|ripeti|responda|escreva|repita)\b|^(?:пожалуйста,? )?(?:ответь|отвечай|скажи|напиши|повтори|добавь)(?:те)?\b",
    r"\b(?:deine|ihre) (?:anweisungen|antwort|regeln)\b|\bsystemprompt\b|\b(?:tes|vos) (?:instructions|consignes)\b"
    r"|\b(?:ta|votre) réponse\b|\btus? (?:instrucciones|respuesta)\b|\b(?:твои|ваши) инструкци|\b(?:твой|ваш) ответ",
)
_CITE = (
    r"\b(?:cite|mark|label|quote|reference|zitiere|citez?|cita)\b.{0,30}(?:\bnothing\b|\bno sources?\b|\[?\d{1,3}\]|\bpassages? \d|\bsources? \d)",
    r"\[\s*\d{1,3}\s*\]",
    r"!?\[[^\]\n]{0,200}\]\(\s*https?:|\bhttps?://\S*[{<\[]",
)
_FORGED = (
    r"</?\s*(?:system|assistant|user|human|instructions?|evidence|passages?|prompt|context|admin|tool|important)\b[^>]{0,60}>",
    r"\[/?(?:inst|system|assistant|user|admin)\]|<<\s*/?sys\s*>>|<\|[^|\n]{0,40}\|>",
    r"(?:^|\n)\s*(?:#+\s*)?(?:system|assistant|developer|admin|system message|system prompt|new instructions?)\s*:",
    r"(?:^|\n)\s*#{2,}\s*(?:instruction|system|response|new task)|\b(?:begin|end|start) (?:of )?(?:the )?(?:system|admin|hidden)\b"
    r"|\bend of (?:the )?(?:passages?|evidence|context|documents?|prompt)\b",
)
_ENCODED = (r"\bbase ?64\b|\brot ?13\b",)

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (*_FORGET, *_PART, *_ADDRESS, *_ANSWER, *_CITE, *_FORGED, *_ENCODED)
)
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_UNSEEN = re.compile("[\u180e\u200b\u2060-\u2064\ufeff]")
_STEERING = re.compile("[\u202d\u202e\U000e0000-\U000e007f]")

MOST_UNSEEN = 3
"""Characters without width that an article may have: pages carry one here and there where a line may break."""


def instructs(article: Article) -> bool:
    """Whether the prose of ``article`` speaks to a machine, or hides what it says."""
    return any(is_instruction(article.text[block.start : block.end]) for block in article.prose) or hides(article)


def hides(article: Article) -> bool:
    """Whether the prose of ``article`` has characters that cannot be seen where none belong."""
    prose = "".join(article.text[span.start : span.end] for span in article.prose)
    return bool(_STEERING.search(prose)) or len(_UNSEEN.findall(prose)) > MOST_UNSEEN


@lru_cache(maxsize=8192)
def is_instruction(paragraph: str) -> bool:
    """Whether a paragraph tells a language model what to do, or holds encoded text."""
    text = _as_read(paragraph)
    if any(_is_encoded(blob) for blob in _BLOB.findall(text)):
        return True
    # what stands at the beginning of a sentence stands at the beginning of a line
    lines = re.sub(r"(?<=[.!?:;])\s+|\n+|(?<=[“\"«])", "\n", text)
    return any(pattern.search(lines) or pattern.search(text) for pattern in _PATTERNS)


def _as_read(text: str) -> str:
    """As a model reads it: compatibility forms made plain, without what has no width."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(character for character in normal if unicodedata.category(character) != "Cf")


def _is_encoded(blob: str) -> bool:
    kinds = ["A" if one.isupper() else "a" if one.islower() else "1" for one in blob]
    # words and paths change from one kind to another at their joints alone
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes > len(blob) / 4
