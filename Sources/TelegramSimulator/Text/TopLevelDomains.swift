/// The top-level domains that make a host a link even without `https://`.
///
/// These are all country domains and the common others; Telegram knows about 1,500.
enum TopLevelDomains {
    static func contains(_ domain: String) -> Bool { all.contains(domain) }

    private static let all = Set((countries + others).split(separator: " ").map { String($0) })

    private static let countries = """
        ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc \
        cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga \
        gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo \
        jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr \
        ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re \
        ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to \
        tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
        """ + " "

    private static let others = """
        academy aero agency app army art asia audio bank bar beer best bet bike bio biz black blog blue bot build \
        business buy buzz cafe camp capital cards care cash casino cat center chat church city click cloud club codes \
        coffee com community company computer consulting cool coop data date deals delivery design dev digital direct \
        directory dog domains download earth eco edu education email energy engineering events exchange expert express \
        family fan fans farm fashion film finance fit fitness football forum foundation fun fund fyi gallery game games \
        garden gift gifts global gold golf google gov graphics green group guide guru health help homes horse hospital \
        host hosting hotels house how info ink institute insurance int international investments jobs kids kitchen land \
        law lawyer legal life limited link live loan lol london love ltd market marketing markets media menu mil mobi \
        moda money monster moscow movie museum music name net network new news ninja nyc one online ooo open org page \
        paris partners parts party pet photo photography photos pics pink pizza place plus poker porn post press pro \
        productions properties pub radio red rent rentals repair report rest restaurant review reviews rip rocks run \
        sale save school science search security services sex shoes shop shopping show site social software solutions \
        space store stream studio study style support surf systems talk tatar tattoo tax taxi team tech technology tel \
        tennis theater tips today tokyo tools top tours town toys trade trading training travel tube university vegas \
        ventures video vip vision vodka vote watch webcam website wiki win wine work works world wow wtf xxx xyz yoga \
        you zip zone бг бел дети католик ком мкд мон москва онлайн орг рус рф сайт срб укр қаз հայ გე ελ ευ
        """
}
