%% One connection: frames, the handshake, envelopes, and the heartbeat.
%%
%% As a BEAM peer has it: what arrives in one piece with M3 lies unread until more bytes come.
-module(peernet_link).
-behaviour(gen_server).
-export([dial/3, accept/2, call/3, send/3, raw/2, raw_bytes/2, stop/1]).
-export([init/1, handle_continue/2, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(LARGEST, 1048576).

-record(link, {
    node :: pid(),
    socket :: gen_tcp:socket() | undefined,
    static :: peernet_noise:keys(),
    %% How long the peer may be silent before it is pinged; twice that and it is given up.
    period :: pos_integer(),
    %% Which handshake message is awaited, then established.
    phase :: awaiting_m1 | {awaiting_m2, term()} | {awaiting_m3, term()} | established,
    %% The key that a dialler means to reach.
    expected :: binary() | undefined,
    remote :: binary() | undefined,
    buffer = <<>> :: binary(),
    sending, receiving,
    %% Our calls that wait for their reply, by id.
    calls = #{} :: #{pos_integer() => gen_server:from()},
    %% Pings that nobody has answered, by nonce, with the timer that gives the peer up.
    pings = #{} :: #{binary() => reference()}
}).

%% Dials in a process of its own, which tells the node what became of it.
dial(Common, Key, Port) -> gen_server:start(?MODULE, Common#{expected => Key, port => Port}, []).

accept(Common, Socket) ->
    {ok, Link} = gen_server:start(?MODULE, Common#{socket => Socket}, []),
    ok = gen_tcp:controlling_process(Socket, Link),
    gen_server:cast(Link, owned),
    {ok, Link}.

call(Link, Name, Arguments) -> gen_server:call(Link, {call, Name, Arguments}, infinity).
send(Link, Name, Arguments) -> gen_server:call(Link, {say, {send, Name, Arguments}}).

%% Any term in an envelope's place.
raw(Link, Term) -> gen_server:call(Link, {say, Term}).

%% Any bytes in an envelope's place.
raw_bytes(Link, Bytes) -> gen_server:call(Link, {say_bytes, Bytes}).

stop(Link) -> gen_server:cast(Link, stop).

%% gen_server

init(#{node := Node, static := Static, period := Period} = Options) ->
    Link = #link{node = Node, static = Static, period = Period, phase = awaiting_m1,
                 socket = maps:get(socket, Options, undefined), expected = maps:get(expected, Options, undefined)},
    case Options of
        #{port := Port} -> {ok, Link, {continue, {dial, Port}}};
        #{} -> {ok, Link}
    end.

handle_continue({dial, Port}, Link) ->
    case gen_tcp:connect({127, 0, 0, 1}, Port, [binary, {packet, raw}, {active, false}], 5000) of
        {ok, Socket} ->
            {M1, State} = peernet_noise:initiate(Link#link.static),
            say_handshake(Socket, M1),
            ok = inet:setopts(Socket, [{active, once}]),
            {noreply, Link#link{socket = Socket, phase = {awaiting_m2, State}}};
        {error, Reason} -> fail(Reason, Link)
    end.

handle_call({call, Name, Arguments}, From, #link{phase = established} = Link) ->
    %% Half of all ids need a big integer.
    Id = rand:uniform(16#ffffffffffffffff),
    {noreply, say({call, Id, Name, Arguments}, Link#link{calls = (Link#link.calls)#{Id => From}})};
handle_call({say, Term}, _, #link{phase = established} = Link) -> {reply, ok, say(Term, Link)};
handle_call({say_bytes, Bytes}, _, #link{phase = established} = Link) -> {reply, ok, say_bytes(Bytes, Link)};
handle_call(_, _, Link) -> {reply, {error, not_authenticated}, Link}.

handle_cast(owned, Link) ->
    ok = inet:setopts(Link#link.socket, [{active, once}]),
    {noreply, Link};
handle_cast({answer, Id, Result}, Link) -> {noreply, say({reply, Id, Result}, Link)};
handle_cast(stop, Link) -> fail(stopped, Link).

handle_info({tcp, Socket, Bytes}, #link{socket = Socket} = Link) ->
    Buffer = <<(Link#link.buffer)/binary, Bytes/binary>>,
    try received(Link#link{buffer = Buffer}) of
        Next ->
            ok = inet:setopts(Socket, [{active, once}]),
            {noreply, Next}
    catch
        error:Reason -> fail({malformed, Reason}, Link);
        throw:Reason -> fail(Reason, Link)
    end;
handle_info({tcp_closed, _}, Link) -> fail(closed, Link);
handle_info({tcp_error, _, Reason}, Link) -> fail(Reason, Link);
handle_info(ping, Link) ->
    Nonce = crypto:strong_rand_bytes(16),
    Period = Link#link.period,
    erlang:send_after(Period, self(), ping),
    Timer = erlang:send_after(2 * Period, self(), silent),
    count(pings_sent, Link),
    {noreply, say({ping, Nonce}, Link#link{pings = (Link#link.pings)#{Nonce => Timer}})};
handle_info(silent, Link) -> fail(silent, Link).

terminate(_, #link{socket = undefined}) -> ok;
terminate(_, #link{socket = Socket}) -> gen_tcp:close(Socket).

%% Ends the connection; whoever waits for a reply hears of it.
fail(Reason, Link) ->
    [gen_server:reply(From, {error, {lost, Reason}}) || From <- maps:values(Link#link.calls)],
    {stop, {shutdown, Reason}, Link#link{calls = #{}}}.

%% Frames

received(#link{phase = established} = Link) ->
    case Link#link.buffer of
        <<Size:32, _/binary>> when Size > ?LARGEST -> error(frame_too_large);
        <<Size:32, Frame:Size/binary, Rest/binary>> -> received(envelope(Frame, Link#link{buffer = Rest}));
        _ -> Link
    end;
received(Link) ->
    case Link#link.buffer of
        <<Size:32, Frame:Size/binary, Rest/binary>> when Size =< ?LARGEST ->
            <<131, 109, Length:32, Message:Length/binary>> = Frame,
            %% What follows waits for the next piece.
            handshake(Message, Link#link{buffer = Rest});
        <<Size:32, _/binary>> when Size > ?LARGEST -> error(frame_too_large);
        _ -> Link
    end.

%% Handshake

handshake(M1, #link{phase = awaiting_m1} = Link) ->
    {M2, State} = peernet_noise:respond(M1, Link#link.static),
    say_handshake(Link#link.socket, M2),
    Link#link{phase = {awaiting_m3, State}};
handshake(M2, #link{phase = {awaiting_m2, State}, expected = Expected} = Link) ->
    {Remote, M3, Sending, Receiving} = peernet_noise:finish(M2, State),
    Remote =:= Expected orelse throw({wrong_peer, Remote}),
    peernet_node:is_trusted(Link#link.node, Remote) orelse throw(untrusted),
    say_handshake(Link#link.socket, M3),
    established(Remote, Sending, Receiving, Link);
handshake(M3, #link{phase = {awaiting_m3, State}} = Link) ->
    {Remote, Sending, Receiving} = peernet_noise:complete(M3, State),
    peernet_node:is_trusted(Link#link.node, Remote) orelse throw({untrusted, Remote}),
    established(Remote, Sending, Receiving, Link).

established(Remote, Sending, Receiving, Link) ->
    Direction = case Link#link.expected of undefined -> accepted; _ -> dialled end,
    ok = peernet_node:established(Link#link.node, Remote, Direction),
    erlang:send_after(Link#link.period, self(), ping),
    Link#link{phase = established, remote = Remote, sending = Sending, receiving = Receiving}.

say_handshake(Socket, Message) ->
    Body = <<131, 109, (byte_size(Message)):32, Message/binary>>,
    ok = gen_tcp:send(Socket, <<(byte_size(Body)):32, Body/binary>>).

%% Envelopes

envelope(Frame, Link) ->
    {Plain, Receiving} = peernet_noise:open(Frame, Link#link.receiving),
    peernet_atoms:check(Plain),
    heard(binary_to_term(Plain, [safe]), Link#link{receiving = Receiving}).

heard({call, Id, Name, Arguments}, Link) when is_integer(Id), Id > 0, is_atom(Name) ->
    Self = self(),
    answer(Name, Arguments, fun(Result) -> gen_server:cast(Self, {answer, Id, Result}) end, Link);
heard({send, Name, Arguments}, Link) when is_atom(Name) ->
    answer(Name, Arguments, fun(_) -> ok end, Link);
heard({reply, Id, {Outcome, _} = Result}, Link) when Outcome =:= ok; Outcome =:= error ->
    case maps:take(Id, Link#link.calls) of
        {From, Calls} ->
            gen_server:reply(From, Result),
            Link#link{calls = Calls};
        error ->
            count(unknown_replies, Link),
            Link
    end;
heard({ping, Nonce}, Link) when is_binary(Nonce) ->
    count(pings_heard, Link),
    case Nonce of
        <<"PeerNet/2", _:7/binary>> -> count(evidence_heard, Link);
        _ -> ok
    end,
    say({pong, Nonce}, Link);
heard({pong, Nonce}, Link) when is_binary(Nonce) ->
    count(pongs_heard, Link),
    case maps:take(Nonce, Link#link.pings) of
        {Timer, Pings} ->
            _ = erlang:cancel_timer(Timer),
            Link#link{pings = Pings};
        error -> Link
    end.

%% Handles run beside the connection: they hold up neither a pong nor each other.
answer(Name, Arguments, Done, #link{node = Node, remote = Remote} = Link) ->
    count(Name, Link),
    spawn(fun() -> Done(peernet_handles:answer(peernet_node:handles(Node), Remote, Name, Arguments)) end),
    Link.

say(Term, Link) -> say_bytes(term_to_binary(Term), Link).

say_bytes(Plain, Link) ->
    {Sealed, Sending} = peernet_noise:seal(Plain, Link#link.sending),
    %% A broken connection is noticed by what comes next.
    _ = gen_tcp:send(Link#link.socket, [<<(byte_size(Sealed)):32>>, Sealed]),
    Link#link{sending = Sending}.

count(What, #link{node = Node}) -> peernet_node:count(Node, What).
