"""The French sentences that the demo speech model learns, as a small grammar.

A rule is a list of alternatives between bars; `{name}` stands for one alternative of another rule.
"""

GRAMMAR: dict[str, str] = {
    "sentence": (
        "{scene}|{scene}|{scene}|{scene}|{people}|{people}|{people}|{question}|{question}|{counting}"
        "|{counting}|{weather}|{talk}|{talk}|{film}|{film}|{linked}|{linked}|{home}|{home}|{trip}"
    ),
    # Animals
    "animal_m": (
        "chat|chien|cheval|lapin|renard|canard|lion|tigre|cochon|singe|mouton|poisson|zèbre|loup"
        "|chat|chien|cheval"
    ),
    "animal_f": "vache|souris|grenouille|poule|chèvre|girafe|vache|poule",
    "animals": (
        "chats|chiens|chevaux|lapins|renards|canards|lions|tigres|cochons|singes|moutons|poissons"
        "|zèbres|loups|vaches|souris|grenouilles|poules|chèvres|girafes|oiseaux|éléphants|ours"
        "|chats|chiens|chevaux|oiseaux|vaches"
    ),
    "le": "le|le|le|le|un|mon|notre|ce|son",
    "la": "la|la|la|la|une|ma|notre|cette|sa",
    "adjective_m": (
        "noir|blanc|gris|rouge|content|fatigué|tranquille|rapide|calme|étrange|jeune|magnifique|brun"
    ),
    "adjective_f": (
        "noire|blanche|grise|rouge|contente|fatiguée|tranquille|rapide|calme|étrange|jeune|magnifique|brune"
    ),
    "before_m": "petit|grand|gros|vieux|beau|joli",
    "before_f": "petite|grande|grosse|vieille|belle|jolie",
    "one_animal": (
        "{le} {animal_m}|{le} {animal_m}|{le} {before_m} {animal_m}|{le} {animal_m} {adjective_m}"
        "|{la} {animal_f}|{la} {before_f} {animal_f}|{la} {animal_f} {adjective_f}|l'oiseau|l'ours"
        "|l'éléphant|un oiseau|un éléphant|le petit oiseau|un grand éléphant"
    ),
    "does": (
        "dort|court|mange|saute|attend|joue|marche|boit de l'eau|regarde la caméra|cherche à manger"
        "|aime le soleil|voit {one_animal}|suit {one_animal}|joue avec {one_animal}|revient|habite ici"
        "|va dormir|nous regarde|ne bouge pas|reste près de {one_animal}"
    ),
    "do": (
        "dorment|courent|mangent|sautent|attendent|jouent|marchent|boivent de l'eau|reviennent"
        "|regardent la caméra|aiment le soleil|habitent ici|nous regardent|jouent ensemble"
        "|ne bougent pas"
    ),
    "place": (
        "dans le jardin|sur l'herbe|sous l'arbre|près de la rivière|derrière la maison|dans le champ"
        "|au bord du lac|dans la forêt|à la ferme|sur la route|dans la cuisine|à côté de la porte"
        "|au zoo|sur le pont|dans la ville|près de la mer|à l'école|à la gare|devant la maison"
        "|sur la table|dans la neige|dans le parc|sur l'image|à gauche|à droite"
    ),
    "time": (
        "ce matin|aujourd'hui|demain|tous les jours|le soir|la nuit|{day}|en {month}|maintenant"
        "|encore|après le repas|avant le dîner|toute la journée|très tôt|cet après-midi"
    ),
    "day": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    "month": ("janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"),
    "scene": (
        "{one_animal} {does} {place}.|{one_animal} {does}.|{one_animal} {does} {place} {time}."
        "|{one_animal} {does} {time}.|les {animals} {do} {place}.|les {animals} {do} {time}."
        "|voici {one_animal}.|voilà {one_animal} {place}.|il y a {one_animal} {place}."
        "|{one_animal} et {one_animal} {do} {place}.|{time}, {one_animal} {does} {place}."
        "|regardez, {one_animal} {does} {place}.|maintenant, on voit {one_animal} {place}."
        "|je vois {one_animal}.|le {animal_m} est {adjective_m}.|la {animal_f} est {adjective_f}."
        "|le {animal_m} est {adjective_m} et {adjective_m}."
    ),
    # People
    "person": (
        "Anna|Pierre|Marie|Thomas|Lucie|Jacques|Emma|mon frère|ma sœur|le professeur|le docteur"
        "|notre voisin|ma mère|mon père|un ami|le fermier|la petite fille|le petit garçon|elle|il"
    ),
    "thing": (
        "le livre|le pain|la pomme|le lait|la lettre|le ballon|la voiture|le vélo|le bateau|le train"
        "|la fleur|la pierre|le chapeau|la chaise|une photo|la caméra|le téléphone|un ordinateur"
        "|la clé|la fenêtre|la maison|une tasse|un sac|le manteau|une chanson|une histoire"
    ),
    "acts": (
        "lit {thing}|achète {thing}|perd {thing}|trouve {thing}|ouvre {thing}|aime {thing}"
        "|apporte {thing}|cherche {thing}|prend une photo|nourrit les {animals}|appelle {one_animal}"
        "|travaille {place}|veut voir les {animals}|a {number} {animals}|rentre à la maison"
        "|apprend à nager|parle lentement|chante une chanson|raconte une histoire|connaît la réponse"
    ),
    "people": (
        "{person} {acts}.|{person} {acts} {time}.|{person} et {person} sont {place}."
        "|{time}, {person} {acts}.|{person} habite {place}.|on retrouve {person} {place} {time}."
        "|{person} dit que {one_animal} {does}.|je crois que {person} est {place}."
    ),
    # Numbers
    "number": (
        "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
        "|vingt|trente|quarante|cinquante|soixante|cent|mille|deux|trois|quatre|cinq"
    ),
    "things": "livres|pommes|lettres|ballons|voitures|bateaux|trains|fleurs|pierres|chapeaux|chaises",
    "counting": (
        "il y a {number} {animals} {place}.|je vois {number} {animals}.|{number} {animals} {do}."
        "|nous avons {number} {things} et {number} {things}.|{number} et {number}, c'est tout."
        "|le train part dans {number} minutes.|il est {number} heures.|{person} a {number} ans."
        "|nous avons compté {number} {animals} et {number} {animals}.|un, deux, trois, {number}."
        "|le premier numéro est {number}.|page {number}, s'il vous plaît.|cela coûte {number} euros."
    ),
    # Weather, talk, film
    "sky": "beau|froid|chaud|mauvais|sombre|doux",
    "weather": (
        "il fait {sky} {time}.|il fait {sky} et {sky}.|il pleut {time}.|le ciel est {adjective_m}."
        "|le soleil brille {place}.|le vent est froid {time}.|il y a de la neige {place}."
        "|il fait {sky}, mais les {animals} sont contents."
    ),
    "talk": (
        "bonjour, je m'appelle {name}.|bonjour, {name}.|bonsoir, et merci.|merci beaucoup."
        "|merci de votre attention.|à {when}.|au revoir, et à {when}.|oui, je crois.|non, pas {time}."
        "|attendez {place}, s'il vous plaît.|entrez, {name}.|je suis très {adjective_m} {time}."
        "|excusez-moi, {name}.|bonne nuit, {name}.|bien sûr, {name}.|c'est tout pour aujourd'hui."
        "|bonne journée.|bienvenue, {name}."
    ),
    "name": "Anna|Pierre|Marie|Thomas|Lucie|Jacques|Emma|mon ami|tout le monde",
    "when": "demain|bientôt|ce soir|la prochaine fois|la semaine prochaine|{day}|plus tard",
    "film": (
        "bienvenue dans notre {before_m} {film_kind}.|bonjour, et bienvenue dans notre {film_kind}."
        "|bonjour, et bienvenue dans notre {before_m} {film_kind}."
        "|voici un {film_kind} sur {topic}.|dans ce {film_kind}, nous parlons {about}."
        "|ce {film_kind} parle {about}.|aujourd'hui, nous parlons {about}.|regardons {one_animal}."
        "|d'abord, on voit {one_animal} {place}.|ensuite, on voit {one_animal} {place}."
        "|à la fin, on voit {one_animal}.|le prochain {film_kind} commence {time}."
        "|c'est la fin du {film_kind}.|la caméra suit {one_animal} {place}."
        "|sur la prochaine image, {one_animal} {does}."
    ),
    "film_kind": "film|reportage|programme|test",
    "topic": "les animaux|les {animals}|les {animals} et les {animals}|le temps|la vie {place}",
    "about": "des animaux|des {animals}|des {animals} et des {animals}|du temps|de la vie {place}",
    "question": (
        "où est {one_animal}?|que mange {one_animal}?|est-ce que {one_animal} est {place}?|qui est {place}?"
        "|aimez-vous les {animals}?|voyez-vous {one_animal}?|combien de {animals} sont {place}?"
        "|pourquoi {one_animal} est {place}?|quand revient {name}?|est-ce que vous avez {thing}?"
        "|comment allez-vous {time}?|est-ce qu'il fait {sky} {time}?|pouvez-vous m'aider, {name}?"
        "|où sont les {animals}?|que fait {one_animal} {place}?"
    ),
    "linked": (
        "{one_animal} {does}, et {one_animal} {does}.|{one_animal} {does}, mais {one_animal} {does}."
        "|quand {one_animal} {does}, {one_animal} {does}.|{person} {acts}, et {person} {acts}."
        "|le {animal_m} {does} parce qu'il est {adjective_m}.|s'il fait {sky}, {person} reste {place}."
        "|le {animal_m} est {adjective_m}, mais la {animal_f} est {adjective_f}."
    ),
    "food": "du pain|du lait|du poisson|de la soupe|du fromage|du riz|du café|du thé|des fruits",
    "home": (
        "nous mangeons {food} et {food} {time}.|{person} boit du café {place}.|voulez-vous {food}?"
        "|{thing} est {place}.|où est {thing}?|je cherche {thing} {time}.|ouvrez la fenêtre, {name}."
        "|{person} prépare {food} {time}.|la porte est ouverte {time}.|il y a {food} {place}."
    ),
    "trip": (
        "nous prenons le {vehicle} {time}.|le {vehicle} est en retard {time}.|{person} va à {city}."
        "|la route vers {city} est longue.|nous restons à {city} pendant {number} jours."
        "|où est le {vehicle}?|{city} est une {before_f} ville.|{person} vient de {city}."
    ),
    "vehicle": "train|bus|bateau|vélo|métro",
    "city": "Londres|Paris|Madrid|Lyon|Berlin|Rome",
}
