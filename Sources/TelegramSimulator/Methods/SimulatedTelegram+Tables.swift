import BotAPI
import JSON

extension SimulatedTelegram {
    typealias Handler = @MainActor (SimulatedTelegram) -> @MainActor (Request) throws(BotAPIError) -> JSON

    /// The handlers that the bot and users share.
    private static let sending: [String: Handler] = [
        "sendmessage": sendMessage, "sendphoto": sendFile, "sendaudio": sendFile, "senddocument": sendFile,
        "sendvideo": sendFile, "sendanimation": sendFile, "sendvoice": sendFile, "sendvideonote": sendFile,
        "sendsticker": sendFile, "sendmediagroup": sendMediaGroup, "sendlocation": sendPlace,
        "sendvenue": sendPlace,
        "sendcontact": sendContact, "sendpoll": sendPoll, "senddice": sendDice,
        "forwardmessage": forwardMessage,
        "editmessagetext": editMessageText, "editmessagecaption": editMessageCaption,
        "deletemessage": deleteMessage, "deletemessages": deleteMessages,
        "setmessagereaction": setMessageReaction,
        "pinchatmessage": pinChatMessage, "unpinchatmessage": unpinChatMessage,
        "unpinallchatmessages": unpinAllChatMessages, "leavechat": leaveChat,
        "createforumtopic": createForumTopic, "editforumtopic": editForumTopic,
        "closeforumtopic": closeForumTopic, "reopenforumtopic": reopenForumTopic,
        "deleteforumtopic": deleteForumTopic, "banchatmember": banChatMember,
        "unbanchatmember": unbanChatMember, "restrictchatmember": restrictChatMember,
        "promotechatmember": promoteChatMember, "setchattitle": setChatTitle,
        "setchatdescription": setChatDescription, "setchatphoto": setChatPhoto,
        "deletechatphoto": deleteChatPhoto, "setchatpermissions": setChatPermissions, "getchat": getChat,
    ]

    /// The handlers of Bot API methods, by name in lower case.
    static let methods: [String: Handler] = sending.merging([
        "getme": getMe, "getfile": getFile, "sendchataction": sendChatAction,
        "sendmessagedraft": sendDraft, "sendrichmessagedraft": sendDraft,
        "sendinvoice": sendInvoice, "sendgame": sendGame, "sendpaidmedia": sendPaidMedia,
        "createinvoicelink": createInvoiceLink, "answershippingquery": answerShippingQuery,
        "answerprecheckoutquery": answerPreCheckoutQuery, "getmystarbalance": getMyStarBalance,
        "getstartransactions": getStarTransactions, "refundstarpayment": refundStarPayment,
        "edituserstarsubscription": editUserStarSubscription,
        "sendwidget": sendWidget, "sendsharedwidget": sendWidget, "answerwidgetquery": answerWidgetQuery,
        "editmessagewidgetdata": editMessageWidgetData, "editsharedwidgetdata": editSharedWidgetData,
        "setmysettings": setMySettings,
        "sendchecklist": sendOther, "sendrichmessage": sendRichMessage, "sendlivephoto": sendOther,
        "forwardmessages": forwardMessages, "copymessage": copyMessage, "copymessages": copyMessages,
        "editmessagemedia": editMessageMedia, "editmessagereplymarkup": editMessageReplyMarkup,
        "editmessagelivelocation": editMessageLiveLocation,
        "stopmessagelivelocation": stopMessageLiveLocation, "editmessagechecklist": editMessageChecklist,
        "stoppoll": stopPoll, "answercallbackquery": answerCallbackQuery,
        "answerinlinequery": answerInlineQuery, "getchatmember": getChatMember,
        "getchatadministrators": getChatAdministrators, "getchatmembercount": getChatMemberCount,
        "setchatadministratorcustomtitle": setChatAdministratorCustomTitle,
        "unpinallforumtopicmessages": unpinAllForumTopicMessages,
        "unpinallgeneralforumtopicmessages": unpinAllForumTopicMessages,
        "editgeneralforumtopic": changeGeneralForumTopic, "closegeneralforumtopic": changeGeneralForumTopic,
        "reopengeneralforumtopic": changeGeneralForumTopic, "hidegeneralforumtopic": changeGeneralForumTopic,
        "unhidegeneralforumtopic": changeGeneralForumTopic, "setmycommands": setMyCommands,
        "getmycommands": getMyCommands, "deletemycommands": deleteMyCommands, "setmyname": setMyText,
        "getmyname": getMyText, "setmydescription": setMyText, "getmydescription": getMyText,
        "setmyshortdescription": setMyText, "getmyshortdescription": getMyText,
        "setchatmenubutton": setChatMenuButton, "getchatmenubutton": getChatMenuButton,
        "setmydefaultadministratorrights": setMyDefaultAdministratorRights,
        "getmydefaultadministratorrights": getMyDefaultAdministratorRights,
        "getuserprofilephotos": getUserProfilePhotos, "setmyprofilephoto": setMyProfilePhoto,
        "removemyprofilephoto": removeMyProfilePhoto,
        "getuserpersonalchatmessages": getUserPersonalChatMessages, "setgamescore": setGameScore,
        "getgamehighscores": getGameHighScores, "exportchatinvitelink": exportChatInviteLink,
        "createchatinvitelink": createChatInviteLink, "editchatinvitelink": editChatInviteLink,
        "createchatsubscriptioninvitelink": createChatSubscriptionInviteLink,
        "editchatsubscriptioninvitelink": editChatSubscriptionInviteLink,
        "revokechatinvitelink": revokeChatInviteLink, "approvechatjoinrequest": approveChatJoinRequest,
        "declinechatjoinrequest": declineChatJoinRequest,
    ]) { $1 }

    /// The handlers of users' actions, by name in lower case.
    static let actions: [String: Handler] = sending.merging([
        "start": start, "pressbutton": pressButton, "sendinlinequery": sendInlineQuery,
        "chooseinlineresult": chooseInlineResult, "votepoll": votePoll, "createuser": createUser,
        "creategroup": createGroup, "createchannel": createChannel, "joinchat": joinChat, "addbot": addBot,
        "opendirectmessages": openDirectMessages, "sendwidgetquery": sendWidgetQuery,
        "sendsharedwidgetquery": sendSharedWidgetQuery,
        "creategame": createGame, "setprofilephoto": setProfilePhoto,
        "stopdraft": stopDraft, "payinvoice": payInvoice, "buypaidmedia": buyPaidMedia,
        "cancelsubscription": changeSubscription,
        "restoresubscription": changeSubscription,
        "setpersonalchannel": setPersonalChannel, "removebot": removeBot, "blockbot": blockBot,
        "unblockbot": unblockBot,
    ]) { $1 }
}
