"""A bot with python-telegram-bot, as its documentation writes one: nothing in it knows of a test."""

import os

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters


async def start(update: Update, context) -> None:
    await update.message.reply_text(f"Hello, {update.effective_user.full_name}!")


async def menu(update: Update, context) -> None:
    button = InlineKeyboardButton("Like", callback_data="like")
    await update.message.reply_text("Well?", reply_markup=InlineKeyboardMarkup([[button]]))


async def like(update: Update, context) -> None:
    await update.callback_query.answer("Thanks!")
    await update.callback_query.edit_message_text("You like it.")


async def photo(update: Update, context) -> None:
    await update.message.reply_photo(b"a picture", caption="Here")


async def size(update: Update, context) -> None:
    file = await update.message.photo[-1].get_file()
    await update.message.reply_text(f"{len(await file.download_as_bytearray())} bytes")


async def echo(update: Update, context) -> None:
    await update.message.reply_text(update.message.text)


def build() -> Application:
    application = Application.builder().token(os.environ.get("BOT_TOKEN", "7:secret")).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CommandHandler("menu", menu))
    application.add_handler(CommandHandler("photo", photo))
    application.add_handler(CallbackQueryHandler(like))
    application.add_handler(MessageHandler(filters.PHOTO, size))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    return application


if __name__ == "__main__":
    build().run_polling(drop_pending_updates=True)
