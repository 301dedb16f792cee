#include "CPage.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "files/index.html"
};
static const unsigned char style_css[] = {
#embed "files/style.css"
};
static const unsigned char icon_svg[] = {
#embed "files/icon.svg"
};
static const unsigned char actions_js[] = {
#embed "files/actions.js"
};
static const unsigned char api_js[] = {
#embed "files/api.js"
};
static const unsigned char app_js[] = {
#embed "files/app.js"
};
static const unsigned char chats_js[] = {
#embed "files/chats.js"
};
static const unsigned char commands_js[] = {
#embed "files/commands.js"
};
static const unsigned char composer_js[] = {
#embed "files/composer.js"
};
static const unsigned char contents_js[] = {
#embed "files/contents.js"
};
static const unsigned char conversation_js[] = {
#embed "files/conversation.js"
};
static const unsigned char dom_js[] = {
#embed "files/dom.js"
};
static const unsigned char message_js[] = {
#embed "files/message.js"
};
static const unsigned char ogg_js[] = {
#embed "files/ogg.js"
};
static const unsigned char rich_js[] = {
#embed "files/rich.js"
};
static const unsigned char text_js[] = {
#embed "files/text.js"
};
static const unsigned char traffic_js[] = {
#embed "files/traffic.js"
};
static const unsigned char voice_js[] = {
#embed "files/voice.js"
};

#define FILE_AT(path, type, bytes) {path, type, bytes, sizeof bytes}
#define SCRIPT(name) FILE_AT("/page/" #name ".js", "text/javascript; charset=utf-8", name##_js)

static const struct page_file files[] = {
    FILE_AT("/", "text/html; charset=utf-8", index_html),
    FILE_AT("/page/style.css", "text/css; charset=utf-8", style_css),
    FILE_AT("/page/icon.svg", "image/svg+xml", icon_svg),
    SCRIPT(actions),
    SCRIPT(api),
    SCRIPT(app),
    SCRIPT(chats),
    SCRIPT(commands),
    SCRIPT(composer),
    SCRIPT(contents),
    SCRIPT(conversation),
    SCRIPT(dom),
    SCRIPT(message),
    SCRIPT(ogg),
    SCRIPT(rich), SCRIPT(text),
    SCRIPT(traffic),
    SCRIPT(voice),
};

const struct page_file *page_file(const char *path) {
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!strcmp(files[i].path, path)) return &files[i];
    return NULL;
}
