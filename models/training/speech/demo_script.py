"""Three short scripts, one in each language, in the demo speech model's vocabulary.

They use the words and sentence forms of the grammars. Their exact sentences are held out from
training, so a clip that speaks them is a fair test.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoScript:
    """Script of one synthetic voice: `voice` and `words_per_minute` are espeak-ng's settings."""

    language: str
    voice: str
    words_per_minute: int
    pause_s: float
    sentences: tuple[str, ...]


DEMO_SCRIPTS: tuple[DemoScript, ...] = (
    DemoScript(
        language="en",
        voice="en-us+f3",
        words_per_minute=145,
        pause_s=0.9,
        sentences=(
            "Hello, and welcome to our little film.",
            "Today we talk about the cats and the dogs.",
            "The black cat sleeps under the tree.",
            "The big dog runs, and the little cat looks at the camera.",
            "There are five birds in the garden.",
            "Where is the white horse?",
            "Goodbye, and see you next week.",
        ),
    ),
    DemoScript(
        language="fr",
        voice="fr+f3",
        words_per_minute=145,
        pause_s=0.9,
        sentences=(
            "Bonjour, et bienvenue dans notre petit film.",
            "Aujourd'hui, nous parlons des chats et des chiens.",
            "Le chat noir dort sous l'arbre.",
            "Le petit chien court, et le chat noir regarde la caméra.",
            "Il y a cinq oiseaux dans le jardin.",
            "Où est le cheval blanc?",
            "Au revoir, et à la semaine prochaine.",
        ),
    ),
    DemoScript(
        language="es",
        voice="es+m3",
        words_per_minute=145,
        pause_s=0.9,
        sentences=(
            "Hola, y bienvenidos a nuestro pequeño vídeo.",
            "Hoy hablamos de los gatos y los perros.",
            "El gato negro duerme bajo el árbol.",
            "El perro grande corre, y el gato negro mira la cámara.",
            "Hay cinco pájaros en el jardín.",
            "¿Dónde está el caballo blanco?",
            "Adiós, y hasta la próxima semana.",
        ),
    ),
)
