"""The Spanish sentences that the demo speech model learns, as a small grammar.

A rule is a list of alternatives between bars; `{name}` stands for one alternative of another rule.
"""

GRAMMAR: dict[str, str] = {
    "sentence": (
        "{scene}|{scene}|{scene}|{scene}|{people}|{people}|{people}|{question}|{question}|{counting}"
        "|{counting}|{weather}|{talk}|{talk}|{film}|{film}|{linked}|{linked}|{home}|{home}|{trip}"
    ),
    # Animals
    "animal_m": (
        "gato|perro|caballo|pájaro|conejo|zorro|pato|elefante|león|tigre|oso|ratón|cerdo|mono|pez"
        "|lobo|gato|perro|caballo|pájaro"
    ),
    "animal_f": "vaca|oveja|rana|gallina|cabra|cebra|jirafa|vaca|oveja",
    "animals_m": (
        "gatos|perros|caballos|pájaros|conejos|zorros|patos|elefantes|leones|tigres|osos|ratones"
        "|cerdos|monos|peces|lobos|gatos|perros|caballos|pájaros"
    ),
    "animals_f": "vacas|ovejas|ranas|gallinas|cabras|cebras|jirafas|vacas|ovejas",
    "animals": "{animals_m}|{animals_m}|{animals_f}",
    "the_animals": "los {animals_m}|los {animals_m}|las {animals_f}",
    "el": "el|el|el|el|un|mi|nuestro|este|su|otro",
    "la": "la|la|la|la|una|mi|nuestra|esta|su|otra",
    "adjective_m": (
        "negro|blanco|gris|rojo|pequeño|grande|viejo|joven|contento|cansado|tranquilo|rápido|lento"
        "|bonito|extraño|marrón"
    ),
    "adjective_f": (
        "negra|blanca|gris|roja|pequeña|grande|vieja|joven|contenta|cansada|tranquila|rápida|lenta"
        "|bonita|extraña|marrón"
    ),
    "one_animal": (
        "{el} {animal_m}|{el} {animal_m}|{el} {animal_m} {adjective_m}|{el} {animal_m} {adjective_m}"
        "|{la} {animal_f}|{la} {animal_f} {adjective_f}"
    ),
    "does": (
        "duerme|corre|come|salta|espera|juega|camina|bebe agua|mira la cámara|busca comida|vuelve"
        "|está durmiendo|está comiendo|está corriendo|mira a {one_animal}|sigue a {one_animal}|vive aquí"
        "|juega con {one_animal}|va a dormir|nos mira|no se mueve|está cerca de {one_animal}"
    ),
    "do": (
        "duermen|corren|comen|saltan|esperan|juegan|caminan|beben agua|miran la cámara|vuelven"
        "|están durmiendo|están comiendo|viven aquí|nos miran|juegan juntos|no se mueven"
    ),
    "place": (
        "en el jardín|sobre la hierba|bajo el árbol|cerca del río|detrás de la casa|en el campo"
        "|junto al lago|en el bosque|en la granja|en la calle|en la cocina|al lado de la puerta"
        "|en el zoo|en el puente|en la ciudad|cerca del mar|en la escuela|en la estación"
        "|delante de la casa|sobre la mesa|en la nieve|en el parque|en la imagen|a la izquierda"
        "|a la derecha"
    ),
    "time": (
        "esta mañana|hoy|mañana|todos los días|por la noche|el {day}|en {month}|ahora|otra vez"
        "|después de comer|antes de la cena|todo el día|muy temprano|por la tarde|esta noche"
    ),
    "day": "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
    "month": ("enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"),
    "scene": (
        "{one_animal} {does} {place}.|{one_animal} {does}.|{one_animal} {does} {place} {time}."
        "|{one_animal} {does} {time}.|{the_animals} {do} {place}.|{the_animals} {do} {time}."
        "|aquí está {one_animal}.|aquí viene {one_animal}.|hay {number} {animals} {place}."
        "|{one_animal} y {one_animal} {do} {place}.|{time}, {one_animal} {does} {place}."
        "|mira, {one_animal} {does} {place}.|ahora vemos a {one_animal} {place}.|veo a {one_animal}."
        "|el {animal_m} es {adjective_m}.|la {animal_f} es {adjective_f}."
        "|el {animal_m} es {adjective_m} y {adjective_m}."
    ),
    # People
    "person": (
        "Ana|Pedro|María|Tomás|Lucía|Juan|Carmen|mi hermano|mi hermana|el profesor|la doctora"
        "|nuestro vecino|mi madre|mi padre|un amigo|la niña|el niño|ella|él"
    ),
    "thing": (
        "el libro|el pan|la manzana|la leche|la carta|la pelota|el coche|la bicicleta|el barco"
        "|el tren|la flor|la piedra|el sombrero|la silla|una foto|la cámara|el teléfono|un ordenador"
        "|la llave|la ventana|la casa|una taza|un bolso|el abrigo|una canción|una historia"
    ),
    "acts": (
        "lee {thing}|compra {thing}|pierde {thing}|encuentra {thing}|abre {thing}|prefiere {thing}"
        "|trae {thing}|busca {thing}|hace una foto|cuida {the_animals}|llama a {one_animal}"
        "|trabaja {place}|quiere ver {the_animals}|tiene {number} {animals}|vuelve a casa"
        "|aprende a nadar|habla despacio|canta una canción|cuenta una historia|sabe la respuesta"
    ),
    "people": (
        "{person} {acts}.|{person} {acts} {time}.|{person} y {person} están {place}."
        "|{time}, {person} {acts}.|{person} vive {place}.|{person} nos espera {place} {time}."
        "|{person} dice que {one_animal} {does}.|creo que {person} está {place}."
    ),
    # Numbers
    "number": (
        "dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|veinte"
        "|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|mil|dos|tres|cuatro|cinco"
    ),
    "things": "libros|manzanas|cartas|pelotas|coches|barcos|trenes|flores|piedras|sombreros|sillas",
    "counting": (
        "hay {number} {animals} {place}.|veo {number} {animals}.|{number} {animals} {do}."
        "|tenemos {number} {things} y {number} {things}.|{number} y {number}, eso es todo."
        "|el tren sale en {number} minutos.|son las {number}.|{person} tiene {number} años."
        "|hemos contado {number} {animals} y {number} {animals}.|uno, dos, tres, {number}."
        "|el primer número es {number}.|página {number}, por favor.|cuesta {number} euros."
    ),
    # Weather, talk, film
    "sky": "sol|frío|calor|viento|buen tiempo|mal tiempo",
    "weather": (
        "hace {sky} {time}.|hace {sky} y {sky}.|llueve {time}.|el cielo es {adjective_m}."
        "|el sol brilla {place}.|el viento es frío {time}.|hay nieve {place}."
        "|hace {sky}, pero {the_animals} {do}."
    ),
    "talk": (
        "hola, me llamo {name}.|buenos días, {name}.|buenas tardes, y gracias.|muchas gracias."
        "|gracias por su atención.|hasta {when}.|adiós, y hasta {when}.|sí, creo que sí.|no, {time} no."
        "|espera {place}, por favor.|adelante, {name}.|estoy muy {adjective_m} {time}."
        "|perdón, {name}.|buenas noches, {name}.|claro, {name}.|eso es todo por hoy."
        "|mucho gusto, {name}.|gracias, {name}."
    ),
    "name": "Ana|Pedro|María|Tomás|Lucía|Juan|Carmen|mi amigo|todos",
    "when": "mañana|pronto|luego|la próxima vez|la próxima semana|el {day}|más tarde",
    "film": (
        "bienvenidos a nuestro {film_kind}.|hola, y bienvenidos a nuestro {film_kind}."
        "|hola, y bienvenidos a nuestro pequeño {film_kind}."
        "|este es un {film_kind} {adjective_m} sobre {topic}.|en este {film_kind}, hablamos de {topic}."
        "|el {film_kind} habla de {topic}.|hoy hablamos de {topic}.|vamos a ver a {one_animal}."
        "|primero, vemos a {one_animal} {place}.|después, vemos a {one_animal} {place}."
        "|al final, vemos a {one_animal}.|el próximo {film_kind} empieza {time}."
        "|este es el final del {film_kind}.|la cámara sigue a {one_animal} {place}."
        "|en la próxima imagen, {one_animal} {does}."
    ),
    "film_kind": "vídeo|reportaje|programa|cuento",
    "topic": "animales|{the_animals}|{the_animals} y {the_animals}|la vida {place}|{one_animal}",
    "question": (
        "¿dónde está {one_animal}?|¿qué come {one_animal}?|¿está {one_animal} {place}?|¿quién está {place}?"
        "|¿te gustan {the_animals}?|¿puedes ver a {one_animal}?|¿cuántos {animals_m} hay {place}?"
        "|¿por qué {does} {one_animal}?|¿cuándo vuelve {name}?|¿qué hay {place}?|¿tienes {thing}?"
        "|¿cómo estás {time}?|¿hace {sky} {time}?|¿puedes ayudarme, {name}?|¿dónde están {the_animals}?"
    ),
    "linked": (
        "{one_animal} {does}, y {one_animal} {does}.|{one_animal} {does}, pero {one_animal} {does}."
        "|cuando {one_animal} {does}, {one_animal} {does}.|{person} {acts}, y {person} {acts}."
        "|el {animal_m} {does} porque está {adjective_m}.|si hace {sky}, {person} se queda {place}."
        "|el {animal_m} es {adjective_m}, pero la {animal_f} es {adjective_f}."
    ),
    "food": "pan|leche|pescado|sopa|queso|arroz|café|té|fruta|carne",
    "home": (
        "comemos {food} y {food} {time}.|{person} bebe café {place}.|¿quieres {food}?"
        "|{thing} está {place}.|¿dónde está {thing}?|busco {thing} {time}.|abre la ventana, {name}."
        "|{person} prepara {food} {time}.|la puerta está abierta {time}.|hay {food} {place}."
    ),
    "trip": (
        "tomamos el {vehicle} {time}.|el {vehicle} llega tarde {time}.|{person} va a {city}."
        "|el camino a {city} es largo.|estamos en {city} durante {number} días.|¿dónde está el {vehicle}?"
        "|{city} es una ciudad {adjective_f}.|{person} es de {city}."
    ),
    "vehicle": "tren|autobús|barco|coche|metro|avión",
    "city": "Londres|París|Madrid|Sevilla|Berlín|Roma",
}
