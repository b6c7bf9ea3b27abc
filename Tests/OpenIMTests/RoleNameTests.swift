import Testing

@testable import OpenIM

@Suite struct RoleNameTests {
    @Test(arguments: ["all", " all ", "rpc-auth,all", ",all,"]) func `all means every role`(list: String) throws {
        #expect(try RoleName.parse(list) == Set(RoleName.allCases))
    }

    @Test(arguments: [
        ("msgtransfer", [RoleName.msgTransfer]), ("openim-msgtransfer", [.msgTransfer]),
        ("rpc-auth,rpc-user", [.rpcAuth, .rpcUser]), (" rpc-auth , rpc-user ,", [.rpcAuth, .rpcUser]),
        ("openim-rpc-auth,rpc-auth", [.rpcAuth]),
        ("api,rpc-auth,rpc-user,rpc-msg", [.api, .rpcAuth, .rpcUser, .rpcMsg]),
        ("openim-msggateway,openim-rpc-auth,openim-rpc-msg,openim-push", [.msgGateway, .rpcAuth, .rpcMsg, .push]),
    ])
    func `a list names roles, also in OpenIM's form`(list: String, roles: [RoleName]) throws {
        #expect(try RoleName.parse(list) == Set(roles))
    }

    @Test(arguments: ["", " ", ",", " , ,"]) func `an empty list is an error`(list: String) {
        #expect(throws: RoleListError.empty) { try RoleName.parse(list) }
    }

    @Test(arguments: [
        ("gateway", "gateway"), ("API", "API"), ("rpc-auth,rpc_user", "rpc_user"), ("openim-", "openim-"),
        ("openim-openim-api", "openim-openim-api"), ("msgtransfer;push", "msgtransfer;push"), ("all,typo", "typo"),
    ])
    func `an unknown name is an error that lists the known ones`(list: String, name: String) {
        let error = #expect(throws: RoleListError.self) { try RoleName.parse(list) }
        #expect(error == .unknown(name))
        for role in RoleName.allCases { #expect(error?.description.contains(role.rawValue) == true) }
    }

    @Test(arguments: [
        ("api", RoleName.api, [RoleName.rpcAuth, .rpcUser, .rpcMsg]), ("msggateway,rpc-msg", .msgGateway, [.rpcAuth]),
        ("push", .push, [.msgGateway]), ("push,msggateway", .msgGateway, [.rpcAuth, .rpcMsg]),
    ])
    func `a role without its peers is an error that names them`(list: String, role: RoleName, missing: [RoleName]) {
        let error = #expect(throws: RoleListError.self) { try RoleName.parse(list) }
        #expect(error == .incomplete(role, Set(missing)))
        for name in missing { #expect(error?.description.contains(name.rawValue) == true) }
    }

    @Test func `every role can be named`() {
        for role in RoleName.allCases {
            #expect(RoleName(name: role.rawValue) == role)
            #expect(RoleName(name: "openim-\(role.rawValue)") == role)
        }
    }
}
