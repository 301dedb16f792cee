"""The echo bot of python-telegram-bot (examples/echobot.py), with another base URL and more handlers for the
conversation.

Argument: the simulator's URL.
"""

import sys

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters)


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    user = update.effective_user
    await update.message.reply_html(
        rf"Hello, {user.mention_html()}!", reply_markup=ForceReply(selective=True))


async def menu(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    button = InlineKeyboardButton("Like", callback_data="like")
    await update.message.reply_text("Well?", reply_markup=InlineKeyboardMarkup([[button]]))


async def like(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer("Thanks!")
    await update.callback_query.edit_message_text("You like it.")


async def edited(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.edited_message.reply_text(f"Now you say: {update.edited_message.text}")


async def photo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_photo(b"not really a photo", caption="Here")


async def size(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    file = await update.message.photo[-1].get_file()
    await update.message.reply_text(f"{len(await file.download_as_bytearray())} bytes")


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_text(update.message.text)


def main() -> None:
    url = sys.argv[1]
    application = (
        Application.builder().token("7:secret").base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
        .build())
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("menu", menu))
    application.add_handler(CommandHandler("photo", photo))
    application.add_handler(CallbackQueryHandler(like))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, edited))
    application.add_handler(MessageHandler(filters.PHOTO, size))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


if __name__ == "__main__":
    main()
