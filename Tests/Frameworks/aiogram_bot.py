"""The echo bot of aiogram's README, with another base URL and more handlers for the conversation.

Arguments: the simulator's URL, and optionally the port of a webhook to use instead of polling.
"""

import asyncio
import sys
from io import BytesIO

from aiogram import Bot, Dispatcher, F, html
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BufferedInputFile, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

TOKEN = "7:secret"
SECRET = "my-secret"

dp = Dispatcher()


@dp.message(CommandStart())
async def command_start_handler(message: Message) -> None:
    await message.answer(f"Hello, {html.bold(message.from_user.full_name)}!")


@dp.message(Command("menu"))
async def menu(message: Message) -> None:
    button = InlineKeyboardButton(text="Like", callback_data="like")
    await message.answer("Well?", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))


@dp.callback_query(F.data == "like")
async def like(query: CallbackQuery) -> None:
    await query.answer("Thanks!")
    await query.message.edit_text("You like it.")


@dp.edited_message()
async def edited(message: Message) -> None:
    await message.answer(f"Now you say: {message.text}")


@dp.message(Command("photo"))
async def photo(message: Message) -> None:
    await message.answer_photo(BufferedInputFile(b"not really a photo", "photo.jpg"), caption="Here")


@dp.message(F.photo)
async def size(message: Message, bot: Bot) -> None:
    content = BytesIO()
    await bot.download(message.photo[-1], content)
    await message.answer(f"{len(content.getvalue())} bytes")


@dp.message(Command("answer"))
async def answer(message: Message):
    return message.answer("Said in the answer")  # with a webhook, in the response to its request


@dp.message()
async def echo_handler(message: Message) -> None:
    try:
        await message.send_copy(chat_id=message.chat.id)
    except TypeError:
        await message.answer("Nice try!")


def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[1]))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))
    if len(sys.argv) == 2:
        asyncio.run(dp.start_polling(bot))
        return

    port = int(sys.argv[2])

    async def on_startup(bot: Bot) -> None:
        await bot.set_webhook(f"http://127.0.0.1:{port}/webhook", secret_token=SECRET)

    dp.startup.register(on_startup)
    app = web.Application()
    SimpleRequestHandler(dp, bot, handle_in_background=False, secret_token=SECRET).register(app, "/webhook")
    setup_application(app, dp, bot=bot)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main()
