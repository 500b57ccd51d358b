### Слова, общие для нескольких разделов.

# как язык называет себя сам
button-language = Русский

button-menu = ☰ Меню
button-back = ‹ Назад

command-menu = Главное меню
command-tryon = Примерить вещь
command-history = Ваши примерки
command-settings = Язык и другие настройки
command-help = Как это работает
command-privacy = Ваши фото и данные
command-cancel = Остановить примерку
command-delete = Удалить всё о вас
