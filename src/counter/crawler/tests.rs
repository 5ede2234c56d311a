//! Who is taken for a crawler, and who must not be.

use super::*;
use proptest::prelude::*;

const LISTS: [&str; 2] = [include_str!("list.tsv"), include_str!("ours.tsv")];
const EXCEPT: &str = include_str!("except.tsv");

fn is_crawler(user_agent: &str) -> bool {
    find(user_agent.as_bytes()).is_some()
}

/// Browsers with a person before them.
const BROWSERS: &[&str] = &[
    // Desktop
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Vivaldi/7.6.3797.63",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/120.0.148 Chrome/114.0.5735.148 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.71 Safari/537.36 SE 2.X MetaSr 1.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; AS; rv:11.0) like Gecko",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15 Epiphany/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/6.7.2 Chrome/118.0.5993.220 Safari/537.36 Falkon/24.08",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Slack_SSB/4.46.101 Chrome/140.0.0.0 Electron/38.0.0 Safari/537.36",
    "Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.3.1",
    // Phones and tablets
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 12; CUBOT KINGKONG 7 Build/SP1A.210812.016; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.39 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; Odin2 Build/TKQ1.221220.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 14; zh-cn; 23127PN0CC Build/UKQ1.230804.001) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/119.0.6045.66 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.8.40902",
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.14.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 13; en-US; RMX3630) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/123.0.6312.80 UCBrowser/13.7.8.1319 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 5.1.1; vivo X6S A Build/LMY47V) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/44.0.2403.119 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/5.8.1",
    "Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/130.4.1 like Chrome/130.0.6723.102 Safari/537.36",
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.274; U; en) Presto/2.12.423 Version/12.16",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 9_3_5 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0 Mobile/13G36 Safari/601.1",
    "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/390.0.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; CPH2581 Build/AP3A.240617.008; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.122 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 4.4.2; HTC Butterfly Build/KOT49H) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/38.0.2125.102 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; ViewSonic ViewPad Build/PPR1.180610.011) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0.4896.127 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 7.0; XBot Junior Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.91 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; Spider 8 Build/RP1A.200720.011) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Mobile Safari/537.36",
    // Inside other programs
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 400.0.0.20.80 (iPhone15,2; iOS 18_6; de_DE; de; scale=3.00; 1179x2556; 770000000)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22G86 [FBAN/FBIOS;FBAV/530.0.0.41.74;FBBV/790000000;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6;FBSS/3;FBCR/;FBID/phone;FBLC/en_US;FBOP/80]",
    "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.7390.122 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/530.0.0.48.74;IABMV/1;]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.12.1",
    "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.103 Mobile Safari/537.36 XWEB/1300289 MMWEBSDK/20241103 MicroMessenger/8.0.55.2780(0x28003737) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Viber/22.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 LinkedInApp/9.31.2000",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Twitter for iPhone/11.30",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Snapchat/13.60.0.45 (like Safari/8621.3.11.10.3, panda)",
    "Mozilla/5.0 (Linux; Android 13; 2201117TG Build/TKQ1.221114.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 trill_370504 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/37.5.4 ByteLocale/en ByteFullLocale/en Region/DE BytedanceWebview/d8a21c6",
    "Mozilla/5.0 (Linux; Android 14; SM-A546S; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 NAVER(inapp; search; 2000; 12.9.3)",
    "Mozilla/5.0 (Linux; Android 14; SM-A546S; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36;KAKAOTALK 2510810",
    // Television sets and consoles
    "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/7.0 TV Safari/537.36",
    "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.270 Safari/537.36 WebAppManager",
    "Mozilla/5.0 (Linux; Android 11; BRAVIA 4K VH2 Build/RTT2.211108.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (PlayStation; PlayStation 5/9.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edge/44.18363.8131",
    // Plain clients that the list does not name
    "",
    "Mozilla/5.0",
    "node",
    "Python/3.11 websockets/12.0",
];

/// Those that are often met, and what AI programs fetch with.
const CRAWLERS: &[&str] = &[
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; OAI-SearchBot/1.0; +https://openai.com/searchbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0; +Claude-User@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) Chrome/119.0.6045.214 Safari/537.36",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "meta-externalfetcher/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)",
    "Mozilla/5.0 (compatible; DuckAssistBot/1.2; +http://duckduckgo.com/duckassistbot.html)",
    "Mozilla/5.0 (compatible; bedrockbot/1.0)",
    "Lightpanda/1.0",
    "Mozilla/5.0 (compatible; SomethingNewBot/1.0)",
    "SomethingNew/0.1 (+https://crawler.example/about)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "Viber",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; 008/0.83; http://www.80legs.com/webcrawler.html)",
    "curl/8.14.1",
    "Wget/1.25.0",
    "python-requests/2.32.3",
    "Go-http-client/1.1",
];

#[test]
fn people_are_readers_whatever_they_read_with() {
    for browser in BROWSERS {
        assert_eq!(find(browser.as_bytes()), None, "{browser}");
    }
}

#[test]
fn crawlers_and_what_ai_programs_fetch_with_are_found() {
    for crawler in CRAWLERS {
        assert!(is_crawler(crawler), "{crawler}");
    }
}

#[test]
fn the_examples_of_the_list_are_found() {
    let excepted: Vec<Regex> = rows(EXCEPT)
        .map(|(pattern, _)| Regex::new(pattern).unwrap())
        .collect();
    let mut looked_at = 0;
    for (example, _) in rows(include_str!("examples.txt")) {
        let is_excepted = excepted.iter().any(|p| p.is_match(example.as_bytes()));
        assert!(is_crawler(example) || is_excepted, "{example}");
        looked_at += 1;
    }
    assert!(looked_at > 100);
}

#[test]
fn what_is_found_says_what_it_is() {
    let found = find(b"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
    let expected = Crawler {
        pattern: r"Googlebot\/",
        url: Some("http://www.google.com/bot.html"),
    };
    assert_eq!(found, Some(&expected));
}

/// The automaton only saves time: it finds what asking every pattern finds.
#[test]
fn every_pattern_is_asked_that_could_match() {
    let one_by_one: Vec<Regex> = patterns()
        .map(|pattern| RegexBuilder::new(pattern).unicode(false).build().unwrap())
        .collect();
    let examples = rows(include_str!("examples.txt")).map(|(example, _)| example);
    for text in examples.chain(BROWSERS.iter().copied()) {
        let expected = one_by_one.iter().any(|p| p.is_match(text.as_bytes()));
        assert_eq!(is_crawler(text), expected, "{text}");
    }
}

fn patterns() -> impl Iterator<Item = &'static str> {
    let except: HashSet<&str> = rows(EXCEPT).map(|(pattern, _)| pattern).collect();
    let all = LISTS.into_iter().flat_map(rows).map(|(pattern, _)| pattern);
    all.filter(move |pattern| !except.contains(pattern))
}

#[test]
fn where_a_pattern_is_anchored_is_heeded() {
    assert!(is_crawler("curl/8.0"));
    assert!(!is_crawler("my curl/8.0"));
    assert!(is_crawler("Mozilla/5.0 SSL Labs"));
    assert!(!is_crawler("SSL Labs (not at the end)"));
}

#[test]
fn the_lines_of_our_own_still_fit_the_list() {
    let [list, ours] = LISTS;
    let theirs: HashSet<&str> = rows(list).map(|(pattern, _)| pattern).collect();
    for (pattern, why) in rows(EXCEPT) {
        assert!(theirs.contains(pattern), "{pattern} is gone: remove it");
        assert!(why.is_some(), "{pattern}: say why");
    }
    let list = List::new(&[list], EXCEPT).unwrap();
    for (pattern, _) in rows(ours) {
        assert!(!theirs.contains(pattern), "{pattern} is there by now");
        let text = pattern.replace('\\', "");
        assert_eq!(
            list.find(text.as_bytes()),
            None,
            "{pattern} is found by now"
        );
    }
}

#[test]
fn all_that_may_be_printed_of_the_list_is_printable() {
    for list in LISTS {
        for (pattern, url) in rows(list) {
            let printable = |text: &str| text.bytes().all(|b| matches!(b, b' '..=b'~'));
            assert!(printable(pattern) && url.is_none_or(printable), "{pattern}");
        }
    }
}

#[test]
fn a_list_that_cannot_be_used_says_which_pattern_it_is() {
    let complaint = |list| List::new(&[list], "").err().unwrap().to_string();
    assert!(complaint("fine\nbot(").starts_with("bot(: "));
    assert!(complaint("fine\n.*bot").starts_with(".*bot: it begins with no text"));
}

#[test]
fn only_the_beginning_of_a_long_user_agent_is_looked_at() {
    let after = |bytes: usize| format!("{}HeadlessChrome", "x".repeat(bytes));
    assert!(is_crawler(&after(LOOKED_AT - "HeadlessChrome".len())));
    assert!(!is_crawler(&after(LOOKED_AT)));
}

#[test]
fn a_beginning_that_is_repeated_is_asked_about_once() {
    let spider = "Spider".repeat(LOOKED_AT / 6);
    assert!(!is_crawler(&spider));
    let suspects: Vec<_> = LIST.suspects(spider.as_bytes()).collect();
    let patterns: HashSet<_> = suspects.iter().map(|known| known.crawler.pattern).collect();
    assert!(!suspects.is_empty());
    assert_eq!(suspects.len(), patterns.len());
}

proptest! {
    #[test]
    fn any_bytes_are_somebody(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        find(&bytes);
    }

    /// A crawler is one wherever it says so, and whatever is around it.
    #[test]
    fn a_crawler_is_found_among_anything(
        before in "[ -~]{0,300}",
        after in "[ -~]{0,300}",
    ) {
        let found = is_crawler(&format!("{before} GPTBot {after}"));
        prop_assert!(found);
    }

    #[test]
    fn texts_made_of_the_lists_own_words_are_somebody(
        words in proptest::collection::vec(
            proptest::sample::select(patterns().collect::<Vec<_>>()),
            0..200,
        ),
    ) {
        find(words.concat().as_bytes());
    }
}
