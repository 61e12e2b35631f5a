%% A node: who it is, whom it trusts, what it exposes, and the newest connection of each peer.
-module(peernet_node).
-behaviour(gen_server).
-export([start/2, trust/3, unpair/2, expose/3, connect/3, cross/3, link/2, counts/1]).
-export([is_trusted/2, established/3, handles/1, count/2, sighted/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(node, {
    folder :: file:filename() | undefined,
    static :: peernet_noise:keys(),
    period :: pos_integer(),
    %% Whether a trusted peer that announces itself is dialled.
    dials :: boolean(),
    port :: inet:port_number(),
    trust :: #{binary() => Label :: binary()},
    handles = #{} :: map(),
    links = #{} :: #{binary() => pid()},
    %% Dials that are under way: the key, and who waits for the outcome.
    dialling = #{} :: #{pid() => {binary(), gen_server:from() | nobody}},
    %% Whose next connection is given up for one of our own, and where.
    crossing = #{} :: #{binary() => inet:port_number()},
    sightings = #{} :: #{binary() => inet:port_number()},
    counts = #{} :: #{atom() => non_neg_integer()}
}).

%% Options: `folder`, or `seed`, a private key; `port`, `trust`, `period`, `dials`, `discovery`, `announce_interval`.
%% Gives the public key and the TCP port.
start(Name, Options) ->
    {ok, Pid} = gen_server:start({local, Name}, ?MODULE, Options, []),
    gen_server:call(Pid, identity).

trust(Node, Key, Label) -> gen_server:call(Node, {trust, Key, Label}).
unpair(Node, Key) -> gen_server:call(Node, {unpair, Key}).
expose(Node, Name, Handle) -> gen_server:call(Node, {expose, Name, Handle}).

%% Dials and waits until the connection is established, or the error is known.
connect(Node, Key, Port) -> gen_server:call(Node, {connect, Key, Port}, infinity).

%% Behaves as one that was dialling in the moment when this peer connects: keeps its own connection alone.
cross(Node, Key, Port) -> gen_server:call(Node, {cross, Key, Port}).

%% The connection that a call to this peer takes.
link(Node, Key) -> gen_server:call(Node, {link, Key}).

%% What has happened how often, and where others were sighted.
counts(Node) -> gen_server:call(Node, counts).

%% For connections and discovery

is_trusted(Node, Key) -> gen_server:call(Node, {is_trusted, Key}).
established(Node, Key, Direction) -> gen_server:call(Node, {established, Key, self(), Direction}).
handles(Node) -> gen_server:call(Node, handles).
count(Node, What) -> gen_server:cast(Node, {count, What}).
sighted(Node, Key, Port) -> gen_server:cast(Node, {sighted, Key, Port}).

%% gen_server

init(Options) ->
    Folder = maps:get(folder, Options, undefined),
    Static = case Options of
        #{folder := _} -> peernet_files:identity(Folder);
        #{seed := Seed} -> crypto:generate_key(ecdh, x25519, Seed)
    end,
    Paired = maps:from_list([{Key, <<"ours">>} || Key <- maps:get(trust, Options, [])]),
    Trust = case Folder of undefined -> Paired; _ -> maps:merge(peernet_files:trust(Folder), Paired) end,
    {ok, Listener} = gen_tcp:listen(maps:get(port, Options, 0),
                                    [binary, {packet, raw}, {active, false}, {reuseaddr, true}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Listener),
    {Public, _} = Static,
    case Options of
        #{discovery := UDPPort} ->
            {ok, _} = peernet_discovery:start_link(self(), UDPPort, maps:get(announce_interval, Options, 5000), Port,
                                                   Public);
        #{} -> ok
    end,
    Node = #node{folder = Folder, static = Static, period = maps:get(period, Options, 30000), trust = Trust,
                 dials = maps:get(dials, Options, false), port = Port},
    Common = common(Node),
    spawn_link(fun() -> accept(Listener, Common) end),
    {ok, Node}.

accept(Listener, #{node := Node} = Common) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    {ok, Link} = peernet_link:accept(Common, Socket),
    Node ! {accepted, Link},
    accept(Listener, Common).

handle_call(identity, _, #node{static = {Public, _}, port = Port} = Node) ->
    {reply, #{key => Public, port => Port}, Node};
handle_call({trust, Key, Label}, _, Node) -> {reply, ok, save(Node#node{trust = (Node#node.trust)#{Key => Label}})};
handle_call({unpair, Key}, _, Node) ->
    stop_link(Key, Node),
    {reply, ok, save(Node#node{trust = maps:remove(Key, Node#node.trust)})};
handle_call({expose, Name, Handle}, _, Node) -> {reply, ok, Node#node{handles = (Node#node.handles)#{Name => Handle}}};
handle_call({connect, Key, Port}, From, Node) -> {noreply, dial(Key, Port, From, Node)};
handle_call({cross, Key, Port}, _, Node) ->
    {reply, ok, Node#node{crossing = (Node#node.crossing)#{Key => Port}}};
handle_call({link, Key}, _, Node) -> {reply, maps:find(Key, Node#node.links), Node};
handle_call(counts, _, Node) ->
    {reply, (Node#node.counts)#{links => maps:keys(Node#node.links), sightings => Node#node.sightings}, Node};
handle_call({is_trusted, Key}, _, Node) -> {reply, is_map_key(Key, Node#node.trust), Node};
handle_call(handles, _, Node) -> {reply, Node#node.handles, Node};
handle_call({established, Key, Link, Direction}, _, Node) ->
    %% The newest connection is kept.
    stop_link(Key, Node),
    Dialling = case maps:take(Link, Node#node.dialling) of
        {{_, From}, Rest} ->
            answer(From, ok),
            Rest;
        error -> Node#node.dialling
    end,
    Linked = Node#node{links = (Node#node.links)#{Key => Link}, dialling = Dialling},
    {reply, ok, add(Direction, crossed(Key, Linked))}.

handle_cast({count, What}, Node) -> {noreply, add(What, Node)};
handle_cast({sighted, Key, Port}, Node) ->
    Seen = Node#node{sightings = (Node#node.sightings)#{Key => Port}},
    IsMissed = Node#node.dials andalso is_map_key(Key, Node#node.trust) andalso not is_map_key(Key, Node#node.links),
    {noreply, case IsMissed of true -> dial(Key, Port, nobody, Seen); false -> Seen end}.

handle_info({accepted, Link}, Node) ->
    monitor(process, Link),
    {noreply, add(connections_accepted, Node)};
handle_info({'DOWN', _, process, Link, Reason}, Node) ->
    Dialling = case maps:take(Link, Node#node.dialling) of
        {{_, From}, Rest} ->
            answer(From, {error, reason(Reason)}),
            Rest;
        error -> Node#node.dialling
    end,
    Links = maps:filter(fun(_, Other) -> Other =/= Link end, Node#node.links),
    {noreply, note_end(reason(Reason), Node#node{links = Links, dialling = Dialling})}.

%% What follows from these

common(#node{static = Static, period = Period}) -> #{node => self(), static => Static, period => Period}.

dial(Key, Port, From, Node) ->
    {ok, Link} = peernet_link:dial(common(Node), Key, Port),
    monitor(process, Link),
    Node#node{dialling = (Node#node.dialling)#{Link => {Key, From}}}.

crossed(Key, Node) ->
    case maps:take(Key, Node#node.crossing) of
        {Port, Crossing} ->
            stop_link(Key, Node),
            dial(Key, Port, nobody, Node#node{crossing = Crossing});
        error -> Node
    end.

stop_link(Key, Node) ->
    case Node#node.links of
        #{Key := Link} -> peernet_link:stop(Link);
        #{} -> ok
    end.

answer(nobody, _) -> ok;
answer(From, Result) -> gen_server:reply(From, Result).

reason({shutdown, Reason}) -> Reason;
reason(Reason) -> Reason.

%% Each malformed connection would count against a real peer's supervisor.
note_end({malformed, _}, Node) -> add(malformed, Node);
note_end(silent, Node) -> add(silent, Node);
note_end(_, Node) -> Node.

add(What, Node) -> Node#node{counts = maps:update_with(What, fun(Count) -> Count + 1 end, 1, Node#node.counts)}.

save(#node{folder = undefined} = Node) -> Node;
save(Node) ->
    peernet_files:save_trust(Node#node.folder, Node#node.trust),
    Node.
